package simulator

import (
	"net/http"
	"slices"
	"strings"
)

// What an account can use, as tables: products, rule formats, behaviors and criteria.

type product struct{ id, name string }

func products() []product {
	return []product{
		{productID, "Ion"},
		{"SPM", "Ion Premier"},
		{"Site_Accel", "Dynamic Site Accelerator"},
		{"Site_Del", "Dynamic Site Delivery"},
		{"Dynamic_Site_Del", "Dynamic Site Delivery (legacy)"},
		{"Rich_Media_Accel", "Rich Media Accelerator"},
		{"Download_Delivery", "Download Delivery"},
		{"Object_Delivery", "Object Delivery"},
		{"Adaptive_Media_Delivery", "Adaptive Media Delivery"},
		{"API_Accel", "API Acceleration"},
		{"IoT", "IoT Edge Connect"},
		{"Progressive_Media", "Progressive Media Downloads"},
		{"Wholesale_Delivery", "Wholesale Delivery"},
		{"Obj_Delivery", "Object Delivery (legacy)"},
		{"HTTP_Content_Del", "HTTP Content Delivery"},
		{"Alta", "Aqua Ion"},
	}
}

// isProduct expects a bare id.
func isProduct(id string) bool {
	return slices.ContainsFunc(products(), func(p product) bool { return p.id == id })
}

// ruleFormats lists the formats that have a schema, newest last.
func ruleFormats() []string {
	return []string{
		"v2015-08-08", "v2018-02-27", "v2020-03-04", "v2021-09-22", "v2022-10-18", "v2023-01-05", "v2023-05-30",
		"v2023-09-20", "v2023-10-30", "v2024-02-12", "v2024-05-31", "v2024-08-13", "v2024-10-21", "v2025-01-13", ruleFormat,
	}
}

// behaviorNames is a selection of Akamai's behaviors.
func behaviorNames() []string {
	return strings.Fields(`adaptiveImageCompression allHttpInCacheHierarchy allowDelete allowOptions allowPatch allowPost allowPut
		autoDomainValidation baseDirectory brotli cacheError cacheId cacheKeyQueryParams cacheRedirect caching
		centralAuthorization chaseRedirects corsSupport cpCode customBehavior datastream denyAccess deviceCharacteristicCacheId
		downstreamCache edgeOriginAuthorization edgeWorker enhancedAkamaiProtocol failAction forwardRewrite gzipResponse
		healthDetection http2 http3 httpStrictTransportSecurity imageManager include instant largeFileOptimization
		modifyIncomingRequestHeader modifyIncomingResponseHeader modifyOutgoingRequestHeader modifyOutgoingResponseHeader mPulse
		origin originFailureRecoveryMethod phasedRelease prefetch prefetchable prefreshCache preconnect readTimeout realUserMonitoring
		redirect redirectplus removeVary report responseCode restrictObjectCaching rewriteUrl sandbox setVariable siteShield
		sureRoute tieredDistribution timeout validateEntityTag verifyTokenAuthorization visitorPrioritization webApplicationFirewall`)
}

func criteriaNames() []string {
	return strings.Fields(`bucket cacheability chinaCdnRegion clientCertificate clientIp clientIpVersion cloudletsOrigin contentType
		deviceCharacteristic edgeWorkersFailure fileExtension filename hostname matchAdvanced matchCpCode matchResponseCode
		matchVariable metadataStage originTimeout path queryStringParameter random requestCookie requestHeader requestMethod
		requestProtocol responseHeader time tokenAuthorization userAgent userLocation userNetwork variableError`)
}

type wireProduct struct {
	ProductID   string `json:"productId"`
	ProductName string `json:"productName"`
}

// listProducts returns the same products for every contract.
func (s *Simulator) listProducts(c *call) *answer {
	contract := bareID("ctr_", c.query.Get("contractId"))
	if a := s.inContract(c, contract); a != nil {
		return a
	}
	list := struct {
		AccountID  string             `json:"accountId"`
		ContractID string             `json:"contractId"`
		Products   items[wireProduct] `json:"products"`
	}{c.id("act_", accountID), c.id("ctr_", contract), items[wireProduct]{}}
	for _, p := range products() {
		list.Products.Items = append(list.Products.Items, wireProduct{c.id("prd_", p.id), p.name})
	}
	return jsonAnswer(http.StatusOK, list)
}

type wireUseCase struct {
	UseCase string   `json:"useCase"`
	Type    string   `json:"type"`
	Options []string `json:"options"`
}

func (s *Simulator) listUseCases(c *call) *answer {
	if a := s.inContract(c, bareID("ctr_", c.query.Get("contractId"))); a != nil {
		return a
	}
	if !isProduct(c.named("product")) {
		return c.notFound("product " + c.named("product"))
	}
	return jsonAnswer(http.StatusOK, map[string][]wireUseCase{
		"useCases": {{"Download_Mode", "GLOBAL", []string{"BACKGROUND", "FOREGROUND"}}},
	})
}

func (s *Simulator) listRuleFormats(*call) *answer {
	return jsonAnswer(http.StatusOK, map[string]items[string]{"ruleFormats": {append([]string{"latest"}, ruleFormats()...)}})
}

type wireAvailable struct {
	Name       string `json:"name"`
	SchemaLink string `json:"schemaLink"`
}

// available lists the behaviors, or the criteria, that a version's rules may contain.
func available(kind string, names []string) func(*Simulator, *call, *property, *Version) *answer {
	return func(_ *Simulator, c *call, p *property, v *Version) *answer {
		list := items[wireAvailable]{}
		for _, name := range names {
			list.Items = append(list.Items, wireAvailable{name, schemaPath(c, v) + "#/definitions/catalog/" + kind + "/" + name})
		}
		own := c.owner(p)
		return jsonAnswer(http.StatusOK, map[string]any{
			"contractId": own.ContractID, "groupId": own.GroupID, "productId": c.id("prd_", v.Product),
			"ruleFormat": v.RuleFormat, kind: list,
		})
	}
}

// inContract returns nil if contract is one of the account's.
func (s *Simulator) inContract(c *call, contract string) *answer {
	if contract == "" {
		return c.badRequest("The contractId parameter is required.")
	}
	if !slices.ContainsFunc(s.pairs, func(p Pair) bool { return p.Contract == contract }) {
		return c.notFound("contract " + contract)
	}
	return nil
}

// inPair reads the contract and group of the query, which must belong together and to the account.
func (s *Simulator) inPair(c *call) (Pair, *answer) {
	contract, group := c.asked()
	pair := Pair{contract, group}
	switch {
	case contract == "" || group == "":
		return pair, c.badRequest("The contractId and groupId parameters are required.")
	case !s.known[pair]:
		return pair, c.notFound("group " + group + " of contract " + contract)
	}
	return pair, nil
}

// inAPair makes a handler of one that needs a contract and a group.
func inAPair(serve func(*Simulator, *call, Pair) *answer) func(*Simulator, *call) *answer {
	return func(s *Simulator, c *call) *answer {
		pair, a := s.inPair(c)
		if a != nil {
			return a
		}
		return serve(s, c, pair)
	}
}

func (c *call) ownerOf(pair Pair) owner {
	return owner{AccountID: c.id("act_", accountID), ContractID: c.id("ctr_", pair.Contract), GroupID: c.id("grp_", pair.Group)}
}

// made is the answer to a creation: it links to the new resource in a member and in the Location header.
func (c *call) made(member, path string, pair Pair) *answer {
	to := "/papi/v0/" + path + "?contractId=" + c.id("ctr_", pair.Contract) + "&groupId=" + c.id("grp_", pair.Group)
	a := jsonAnswer(http.StatusCreated, map[string]string{member: to})
	a.header.Set("Location", to)
	return a
}
