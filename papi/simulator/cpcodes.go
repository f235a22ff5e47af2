package simulator

import (
	"net/http"
	"slices"
	"strconv"
	"time"
)

// firstCPCode is the id of the CP code in the rules of fixtures.
const firstCPCode = 10001

// cpcode is a CP code: a name under which traffic is reported.
type cpcode struct {
	id, name string
	created  time.Time
	products []string // bare
	pair     Pair
	// Only the CP codes API shows these.
	purgeable bool
	timezone  timezone
}

type timezone struct {
	ID    string `json:"timezoneId"`
	Value string `json:"timezoneValue,omitempty"`
}

// cpcode returns nil if there is none with that bare id.
func (s *Simulator) cpcode(id string) *cpcode {
	i := slices.IndexFunc(s.cpcodes, func(code *cpcode) bool { return code.id == id })
	if i < 0 {
		return nil
	}
	return s.cpcodes[i]
}

func (s *Simulator) addCPCode(name, product string, pair Pair, at time.Time) *cpcode {
	code := &cpcode{
		id: strconv.Itoa(firstCPCode + len(s.cpcodes)), name: name, created: at, products: []string{product},
		pair: pair, purgeable: true, timezone: timezone{"0", "GMT 0 (Greenwich Mean Time)"},
	}
	s.cpcodes = append(s.cpcodes, code)
	return code
}

type wireCPCode struct {
	CPCodeID    string   `json:"cpcodeId"`
	CPCodeName  string   `json:"cpcodeName"`
	CreatedDate string   `json:"createdDate"`
	ProductIDs  []string `json:"productIds"`
}

type cpcodeList struct {
	owner

	CPCodes items[wireCPCode] `json:"cpcodes"`
}

func (c *call) cpcodeAnswer(pair Pair, codes ...*cpcode) *answer {
	list := cpcodeList{owner: c.ownerOf(pair), CPCodes: items[wireCPCode]{[]wireCPCode{}}}
	for _, code := range codes {
		w := wireCPCode{CPCodeID: c.id("cpc_", code.id), CPCodeName: code.name, CreatedDate: c.stamp(code.created)}
		for _, id := range code.products {
			w.ProductIDs = append(w.ProductIDs, c.id("prd_", id))
		}
		list.CPCodes.Items = append(list.CPCodes.Items, w)
	}
	return jsonAnswer(http.StatusOK, list)
}

func (s *Simulator) listCPCodes(c *call, pair Pair) *answer {
	var found []*cpcode
	for _, code := range s.cpcodes {
		if code.pair == pair {
			found = append(found, code)
		}
	}
	return c.cpcodeAnswer(pair, found...)
}

func (s *Simulator) showCPCode(c *call, pair Pair) *answer {
	code := s.cpcode(c.named("cpcode"))
	if code == nil || code.pair != pair {
		return c.notFound("CP code " + c.named("cpcode") + " in this contract and group")
	}
	return c.cpcodeAnswer(pair, code)
}

// cpcodeCreation is the body of a POST of a CP code.
type cpcodeCreation struct {
	ProductID  string `json:"productId"`
	CPCodeName string `json:"cpcodeName"`
}

func (s *Simulator) createCPCode(c *call, pair Pair) *answer {
	var wanted cpcodeCreation
	if a := c.decode(&wanted); a != nil {
		return a
	}
	if wanted.CPCodeName == "" {
		return c.schemaInvalid("#/cpcodeName", "The member is required.")
	}
	product, a := c.product(wanted.ProductID)
	if a != nil {
		return a
	}
	code := s.addCPCode(wanted.CPCodeName, product, pair, c.sim)
	return c.made("cpcodeLink", "cpcodes/"+c.id("cpc_", code.id), pair)
}

// product returns the bare id of an existing product.
func (c *call) product(id string) (string, *answer) {
	if id == "" {
		return "", c.schemaInvalid("#/productId", "The member is required.")
	}
	bare := bareID("prd_", id)
	if !isProduct(bare) {
		return "", c.problem(http.StatusForbidden, "http/forbidden", "Forbidden",
			"The contract has no product "+id+". GET /products lists those that it has.")
	}
	return bare, nil
}

// cpcodeDetail is a CP code in the CP codes API, in answers and requests. Its ids have no prefixes.
type cpcodeDetail struct {
	CPCodeID         int                 `json:"cpcodeId"`
	CPCodeName       string              `json:"cpcodeName"`
	Purgeable        *bool               `json:"purgeable,omitempty"`
	AccountID        string              `json:"accountId,omitempty"`
	DefaultTimezone  string              `json:"defaultTimezone,omitempty"`
	OverrideTimezone *timezone           `json:"overrideTimezone,omitempty"`
	Type             string              `json:"type,omitempty"`
	Contracts        []map[string]string `json:"contracts"`
	Products         []map[string]string `json:"products"`
}

// cpcodeDetail serves the CP codes API, another API of the gateway, which clients use to rename CP codes.
func (s *Simulator) cpcodeDetail(c *call) *answer {
	code := s.cpcode(c.named("cpcode"))
	if code == nil {
		return c.notFound("CP code " + c.named("cpcode"))
	}
	if c.r.Method == http.MethodPut {
		var wanted cpcodeDetail
		if a := c.decode(&wanted); a != nil {
			return a
		}
		if strconv.Itoa(wanted.CPCodeID) != code.id || wanted.CPCodeName == "" {
			return c.badRequest("The members cpcodeId and cpcodeName are required, and the id is that of the path.")
		}
		code.name = wanted.CPCodeName
		if wanted.Purgeable != nil {
			code.purgeable = *wanted.Purgeable
		}
		if wanted.OverrideTimezone != nil {
			code.timezone = *wanted.OverrideTimezone
		}
	}
	number, _ := strconv.Atoi(code.id) // the id was made from a number
	detail := cpcodeDetail{
		CPCodeID: number, CPCodeName: code.name, Purgeable: &code.purgeable, AccountID: accountID,
		DefaultTimezone: "GMT", OverrideTimezone: &code.timezone, Type: "Regular",
		Contracts: []map[string]string{{"contractId": code.pair.Contract, "status": "ongoing"}},
	}
	for _, id := range code.products {
		detail.Products = append(detail.Products, map[string]string{"productId": id})
	}
	return jsonAnswer(http.StatusOK, detail)
}
