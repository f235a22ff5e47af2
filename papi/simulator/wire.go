package simulator

import "encoding/json"

// The bodies of answers, written from PAPI's documentation, without the client's types.

type items[T any] struct {
	Items []T `json:"items"`
}

// owner is the account, contract and group of a resource. Every body has some of them.
type owner struct {
	AccountID  string `json:"accountId,omitempty"`
	ContractID string `json:"contractId,omitempty"`
	GroupID    string `json:"groupId,omitempty"`
}

type activationList struct {
	owner

	Activations items[wireActivation] `json:"activations"`
}

type wireActivation struct {
	// Those of a property, or those of an include.
	ActivationID        string `json:"activationId,omitempty"`
	PropertyID          string `json:"propertyId,omitempty"`
	PropertyName        string `json:"propertyName,omitempty"`
	PropertyVersion     int    `json:"propertyVersion,omitempty"`
	IncludeActivationID string `json:"includeActivationId,omitempty"`
	IncludeID           string `json:"includeId,omitempty"`
	IncludeName         string `json:"includeName,omitempty"`
	IncludeVersion      int    `json:"includeVersion,omitempty"`

	ActivationType     string        `json:"activationType"`
	Network            Network       `json:"network"`
	Status             Status        `json:"status"`
	SubmitDate         string        `json:"submitDate"`
	UpdateDate         string        `json:"updateDate"`
	Note               string        `json:"note"`
	NotifyEmails       []string      `json:"notifyEmails"`
	FMAActivationState string        `json:"fmaActivationState,omitempty"`
	FallbackInfo       *wireFallback `json:"fallbackInfo,omitempty"`
	FailureCause       *problem      `json:"failureCause,omitempty"`
}

type wireFallback struct {
	CanFastFallback            bool    `json:"canFastFallback"`
	FallbackVersion            int     `json:"fallbackVersion"`
	FastFallbackAttempted      bool    `json:"fastFallbackAttempted"`
	SteadyStateTime            int64   `json:"steadyStateTime"`            // epoch seconds
	FastFallbackExpirationTime int64   `json:"fastFallbackExpirationTime"` // epoch seconds
	FastFallbackRecoveryState  *string `json:"fastFallbackRecoveryState"`
}

type activationLink struct {
	ActivationLink string `json:"activationLink"`
}

type redirectLink struct {
	RedirectLink string `json:"redirectLink"`
}

type versionLink struct {
	VersionLink string `json:"versionLink"`
}

type propertyList struct {
	Properties items[wireProperty] `json:"properties"`
}

type wireProperty struct {
	owner

	PropertyID        string `json:"propertyId"`
	PropertyName      string `json:"propertyName"`
	LatestVersion     int    `json:"latestVersion"`
	StagingVersion    *int   `json:"stagingVersion"`
	ProductionVersion *int   `json:"productionVersion"`
	AssetID           string `json:"assetId"`
	Note              string `json:"note"`
	PropertyType      string `json:"propertyType,omitempty"`
}

type versionList struct {
	owner

	PropertyID   string             `json:"propertyId,omitempty"`
	PropertyName string             `json:"propertyName,omitempty"`
	IncludeID    string             `json:"includeId,omitempty"`
	IncludeName  string             `json:"includeName,omitempty"`
	IncludeType  string             `json:"includeType,omitempty"`
	AssetID      string             `json:"assetId"`
	Versions     items[wireVersion] `json:"versions"`
}

type wireVersion struct {
	PropertyVersion  int    `json:"propertyVersion,omitempty"`
	IncludeVersion   int    `json:"includeVersion,omitempty"`
	UpdatedByUser    string `json:"updatedByUser"`
	UpdatedDate      string `json:"updatedDate"`
	ProductionStatus Status `json:"productionStatus"`
	StagingStatus    Status `json:"stagingStatus"`
	Etag             string `json:"etag"`
	ProductID        string `json:"productId"`
	RuleFormat       string `json:"ruleFormat"`
	Note             string `json:"note"`
}

type searchResult struct {
	Versions items[wireFound] `json:"versions"`
}

type wireFound struct {
	owner

	AssetID          string `json:"assetId"`
	PropertyID       string `json:"propertyId,omitempty"`
	PropertyName     string `json:"propertyName,omitempty"`
	PropertyVersion  int    `json:"propertyVersion,omitempty"`
	IncludeID        string `json:"includeId,omitempty"`
	IncludeName      string `json:"includeName,omitempty"`
	IncludeType      string `json:"includeType,omitempty"`
	IncludeVersion   int    `json:"includeVersion,omitempty"`
	ProductionStatus Status `json:"productionStatus"`
	StagingStatus    Status `json:"stagingStatus"`
	UpdatedByUser    string `json:"updatedByUser"`
	UpdatedDate      string `json:"updatedDate"`
	Hostname         string `json:"hostname,omitempty"`
	EdgeHostname     string `json:"edgeHostname,omitempty"`
}

type ruleTree struct {
	owner

	PropertyID      string          `json:"propertyId,omitempty"`
	PropertyVersion int             `json:"propertyVersion,omitempty"`
	IncludeID       string          `json:"includeId,omitempty"`
	IncludeName     string          `json:"includeName,omitempty"`
	IncludeType     string          `json:"includeType,omitempty"`
	IncludeVersion  int             `json:"includeVersion,omitempty"`
	Etag            string          `json:"etag"`
	RuleFormat      string          `json:"ruleFormat"`
	Comments        string          `json:"comments,omitempty"`
	Rules           json.RawMessage `json:"rules"`
	Errors          []wireMessage   `json:"errors,omitempty"`
	Warnings        []wireMessage   `json:"warnings,omitempty"`
}

type wireRule struct {
	Name      string          `json:"name"`
	Children  []wireRule      `json:"children"`
	Behaviors []wireBehavior  `json:"behaviors"`
	Options   json.RawMessage `json:"options"`
}

type wireBehavior struct {
	Name    string         `json:"name"`
	Options map[string]any `json:"options"`
}

type wireMessage struct {
	Type          string `json:"type"`
	Title         string `json:"title,omitempty"`
	Detail        string `json:"detail"`
	ErrorLocation string `json:"errorLocation,omitempty"`
}

type contractList struct {
	AccountID string              `json:"accountId"`
	Contracts items[wireContract] `json:"contracts"`
}

type wireContract struct {
	ContractID       string `json:"contractId"`
	ContractTypeName string `json:"contractTypeName"`
}

type groupList struct {
	AccountID   string           `json:"accountId"`
	AccountName string           `json:"accountName"`
	Groups      items[wireGroup] `json:"groups"`
}

type wireGroup struct {
	GroupID     string   `json:"groupId"`
	GroupName   string   `json:"groupName"`
	ContractIDs []string `json:"contractIds"`
}

type grantList struct {
	Name  string `json:"name"`
	Scope string `json:"scope"`
}

type buildInfo struct {
	CurrentCatalogVersion string   `json:"currentCatalogVersion"`
	CoreVersion           string   `json:"coreVersion"`
	CatalogGitInfo        buildGit `json:"catalogGitInfo"`
	CoreGitInfo           buildGit `json:"coreGitInfo"`
}

type buildGit struct {
	BuildDate  string `json:"buildDate"`
	CommitDate string `json:"commitDate"`
	Branch     string `json:"branch"`
	CommitID   string `json:"commitId"`
}
