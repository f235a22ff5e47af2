package papi

import (
	"encoding/json"
	"time"
)

// Status is the state of an activation. PAPI may send values that are not
// listed here; they survive decoding and encoding.
type Status string

// The statuses that PAPI documents.
const (
	StatusNew                 Status = "NEW"
	StatusPending             Status = "PENDING"
	StatusZone1               Status = "ZONE_1"
	StatusZone2               Status = "ZONE_2"
	StatusZone3               Status = "ZONE_3"
	StatusActive              Status = "ACTIVE"
	StatusInactive            Status = "INACTIVE"
	StatusAborted             Status = "ABORTED"
	StatusFailed              Status = "FAILED"
	StatusDeactivated         Status = "DEACTIVATED"
	StatusPendingDeactivation Status = "PENDING_DEACTIVATION"
	StatusPendingCancellation Status = "PENDING_CANCELLATION"
)

// ActivationType says whether an activation puts a version on a network or
// takes it off.
type ActivationType string

// The types of activation.
const (
	Activate   ActivationType = "ACTIVATE"
	Deactivate ActivationType = "DEACTIVATE"
)

// FMASteady is the last value of Activation.FMAActivationState: the roll-out to the servers has ended. It does
// not mean success; a cancelled activation is steady too.
const FMASteady = "steady"

// Activation is one activation or deactivation of a property version. It is
// also what [IncludeActivation.Activation] and [HostnameActivation.Activation]
// return, so that one workflow can follow all three.
// Source: GET /properties/{propertyId}/activations/{activationId}.
type Activation struct {
	ActivationID       ID             `json:"activationId"`
	ActivationType     ActivationType `json:"activationType"`
	AccountID          ID             `json:"accountId,omitempty"`
	GroupID            ID             `json:"groupId,omitempty"`
	PropertyID         ID             `json:"propertyId"`
	IncludeID          ID             `json:"-"` // set instead of PropertyID for an activation of an include; its name and version follow
	PropertyName       string         `json:"propertyName"`
	PropertyVersion    int            `json:"propertyVersion"`
	Network            Network        `json:"network"`
	Status             Status         `json:"status"`
	FMAActivationState string         `json:"fmaActivationState,omitempty"` // received, lived, deployed, steady, cancelling; absent on older activations
	SubmitDate         time.Time      `json:"submitDate,omitzero"`          // zero where PAPI sent none, or one that cannot be read
	UpdateDate         time.Time      `json:"updateDate,omitzero"`          // when the status last changed
	Note               string         `json:"note"`
	NotifyEmails       []string       `json:"notifyEmails"`
	FallbackInfo       *FallbackInfo  `json:"fallbackInfo,omitempty"`
	FailureCause       *Problem       `json:"failureCause,omitempty"` // set only with FAILED, after delayed validation
}

// UnmarshalJSON decodes an activation. A date that cannot be read becomes the
// zero time: a malformed date must not hide an activation that is under way.
func (a *Activation) UnmarshalJSON(data []byte) error {
	type plain Activation
	wire := struct {
		*plain
		SubmitDate date `json:"submitDate"`
		UpdateDate date `json:"updateDate"`
	}{plain: (*plain)(a)}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	a.SubmitDate, a.UpdateDate = time.Time(wire.SubmitDate), time.Time(wire.UpdateDate)
	return nil
}

// FallbackInfo says whether an activation can be undone by fast fallback, which takes seconds, and until when.
type FallbackInfo struct {
	CanFastFallback            bool
	FallbackVersion            int // the version that was active before; 0 where there was none
	PropertyVersion            int // 0 where PAPI did not say
	FastFallbackAttempted      bool
	SteadyStateTime            time.Time // when the activation became steady
	FastFallbackExpirationTime time.Time // after this time only an ordinary activation is possible
	FastFallbackRecoveryState  string
}

// fallbackWire is FallbackInfo as PAPI sends it: times are seconds since 1970.
type fallbackWire struct {
	CanFastFallback            bool    `json:"canFastFallback"`
	FallbackVersion            int     `json:"fallbackVersion"`
	PropertyVersion            int     `json:"propertyVersion,omitempty"`
	FastFallbackAttempted      bool    `json:"fastFallbackAttempted"`
	SteadyStateTime            epoch   `json:"steadyStateTime"`
	FastFallbackExpirationTime epoch   `json:"fastFallbackExpirationTime"`
	FastFallbackRecoveryState  *string `json:"fastFallbackRecoveryState"`
}

// UnmarshalJSON decodes PAPI's form, with times in seconds since 1970.
func (f *FallbackInfo) UnmarshalJSON(data []byte) error {
	var wire fallbackWire
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	*f = FallbackInfo{
		CanFastFallback:            wire.CanFastFallback,
		FallbackVersion:            wire.FallbackVersion,
		PropertyVersion:            wire.PropertyVersion,
		FastFallbackAttempted:      wire.FastFallbackAttempted,
		SteadyStateTime:            time.Time(wire.SteadyStateTime),
		FastFallbackExpirationTime: time.Time(wire.FastFallbackExpirationTime),
	}
	if wire.FastFallbackRecoveryState != nil {
		f.FastFallbackRecoveryState = *wire.FastFallbackRecoveryState
	}
	return nil
}

// MarshalJSON encodes PAPI's form, with times in seconds since 1970.
func (f FallbackInfo) MarshalJSON() ([]byte, error) {
	wire := fallbackWire{
		CanFastFallback:            f.CanFastFallback,
		FallbackVersion:            f.FallbackVersion,
		PropertyVersion:            f.PropertyVersion,
		FastFallbackAttempted:      f.FastFallbackAttempted,
		SteadyStateTime:            epoch(f.SteadyStateTime),
		FastFallbackExpirationTime: epoch(f.FastFallbackExpirationTime),
	}
	if f.FastFallbackRecoveryState != "" {
		wire.FastFallbackRecoveryState = &f.FastFallbackRecoveryState
	}
	return json.Marshal(wire)
}
