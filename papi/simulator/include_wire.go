package simulator

// The bodies of answers about includes.

type includeList struct {
	Includes items[wireInclude] `json:"includes"`
}

type wireInclude struct {
	owner

	IncludeID         string `json:"includeId"`
	IncludeName       string `json:"includeName"`
	IncludeType       string `json:"includeType"`
	LatestVersion     int    `json:"latestVersion"`
	StagingVersion    *int   `json:"stagingVersion"`
	ProductionVersion *int   `json:"productionVersion"`
	AssetID           string `json:"assetId"`
	Note              string `json:"note"`
	PropertyType      string `json:"propertyType"`
}

type includeActivationAnswer struct {
	owner

	Validations *wireValidations      `json:"validations,omitempty"`
	Activations items[wireActivation] `json:"activations"`
}

type wireValidations struct {
	Network Network                `json:"network"`
	Summary wireValidationSummary  `json:"validationSummary"`
	List    items[wireParentError] `json:"validationErrorItemList"`
}

type wireValidationSummary struct {
	CompletePercent      float64    `json:"completePercent"`
	HasValidationError   bool       `json:"hasValidationError"`
	HasValidationWarning bool       `json:"hasValidationWarning"`
	HasSystemError       bool       `json:"hasSystemError"`
	HasClientError       bool       `json:"hasClientError"`
	MessageState         Validation `json:"messageState"`
	ErrorMessage         string     `json:"errorMessage,omitempty"`
}

// wireParentError is a property that is not valid with the include.
type wireParentError struct {
	VersionID             int    `json:"versionId"`
	PropertyName          string `json:"propertyName"`
	VersionNumber         int    `json:"versionNumber"`
	HasValidationError    bool   `json:"hasValidationError"`
	HasValidationWarning  bool   `json:"hasValidationWarning"`
	ValidationResultsLink string `json:"validationResultsLink"`
}
