package papi

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"path/filepath"
	"strings"
)

// paceFile returns the file in folder that holds the pace of c's account. The name is a hash, so it reveals
// neither the host nor the account switch key, and carries a format number, so that a version with another
// format uses another file.
func paceFile(folder string, c Credentials) string { return accountFile(folder, "pace-1-", c) }

// deskFile is paceFile for this machine's share of a pace that several machines share.
func deskFile(folder string, c Credentials) string { return accountFile(folder, "share-1-", c) }

func accountFile(folder, form string, c Credentials) string {
	sum := sha256.Sum256([]byte(strings.ToLower(strings.TrimSpace(c.Host)) + "\x00" + strings.TrimSpace(c.AccountKey)))
	return filepath.Join(folder, form+hex.EncodeToString(sum[:12])+".json")
}

// AccountID returns the account that the client acts on: that of the API client, or that of the account switch
// key. It is empty until an answer of PAPI has named it.
func (c *Client) AccountID() ID {
	if id := c.account.Load(); id != nil {
		return *id
	}
	return ""
}

// learnAccount stores the account from the first answer that names it. PAPI puts it at the top of most bodies,
// and into each item of some.
func (c *Client) learnAccount(ctx context.Context, body []byte) {
	if c.account.Load() != nil {
		return
	}
	if id := leadingAccount(body); id.Valid() {
		c.learn(ctx, id)
		return
	}
	type owned struct {
		AccountID ID `json:"accountId"`
	}
	type list struct {
		Items []owned `json:"items"`
	}
	var doc struct {
		owned

		Properties list `json:"properties"`
		Includes   list `json:"includes"`
		Versions   list `json:"versions"`
	}
	_ = json.Unmarshal(body, &doc) // a body of another shape names no account
	owners := []owned{doc.owned}
	for _, l := range [...]list{doc.Properties, doc.Includes, doc.Versions} {
		owners = append(owners, l.Items[:min(len(l.Items), 1)]...)
	}
	for _, o := range owners {
		if o.AccountID.Valid() {
			c.learn(ctx, o.AccountID)
			return
		}
	}
}

func (c *Client) learn(ctx context.Context, account ID) {
	if c.account.CompareAndSwap(nil, &account) {
		c.belongs(ctx, account)
	}
}

// leadingAccount returns the account that a body names first, as most do: a large one needs no second decoding
// then. It is empty for any other body.
func leadingAccount(body []byte) ID {
	d := json.NewDecoder(bytes.NewReader(body))
	var id ID
	for _, want := range []json.Token{json.Delim('{'), "accountId"} {
		if got, err := d.Token(); err != nil || got != want {
			return ""
		}
	}
	if d.Decode(&id) != nil {
		return ""
	}
	return id
}

// belongs passes the account on to a pace that machines share per account.
func (c *Client) belongs(ctx context.Context, id ID) {
	if shared, ok := c.limiter.account.Pace.(interface {
		Belongs(ctx context.Context, account string)
	}); ok {
		shared.Belongs(context.WithoutCancel(ctx), string(id))
	}
}

// Contract is a contract that the API client can see.
type Contract struct {
	ContractID       ID     `json:"contractId"`
	ContractTypeName string `json:"contractTypeName"`
}

// ContractList is every contract that the API client can see.
type ContractList struct {
	Answer
	AccountID ID
	Items     []Contract
}

type contractsBody struct {
	AccountID ID `json:"accountId"`
	Contracts struct {
		Items []Contract `json:"items"`
	} `json:"contracts"`
}

func (b *contractsBody) absent() string {
	if b.Contracts.Items == nil {
		return "contracts.items"
	}
	return ""
}

// Contracts lists the contracts that the API client can see.
// Source: GET /contracts.
func (c *Client) Contracts(ctx context.Context) (*ContractList, error) {
	var body contractsBody
	answer, err := c.get(ctx, target{path: "/contracts"}, &body)
	if err != nil {
		return nil, err
	}
	return &ContractList{Answer: answer, AccountID: body.AccountID, Items: body.Contracts.Items}, nil
}

// Group is a group of properties.
type Group struct {
	GroupID       ID     `json:"groupId"`
	GroupName     string `json:"groupName"`
	ParentGroupID ID     `json:"parentGroupId,omitempty"` // empty at the top level
	ContractIDs   []ID   `json:"contractIds"`
}

// GroupList is every group that the API client can see.
type GroupList struct {
	Answer
	AccountID   ID
	AccountName string
	Items       []Group
}

type groupsBody struct {
	AccountID   ID     `json:"accountId"`
	AccountName string `json:"accountName"`
	Groups      struct {
		Items []Group `json:"items"`
	} `json:"groups"`
}

func (b *groupsBody) absent() string {
	if b.Groups.Items == nil {
		return "groups.items"
	}
	return ""
}

// Groups lists the groups that the API client can see, and the name of their account.
// Source: GET /groups.
func (c *Client) Groups(ctx context.Context) (*GroupList, error) {
	var body groupsBody
	answer, err := c.get(ctx, target{path: "/groups"}, &body)
	if err != nil {
		return nil, err
	}
	return &GroupList{Answer: answer, AccountID: body.AccountID, AccountName: body.AccountName, Items: body.Groups.Items}, nil
}
