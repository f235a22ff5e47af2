package papi_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/propctl/propctl/papi"
)

// rejection is the answer to an activation with n errors of about 700 bytes.
func rejection(n int, kind string) string {
	var b strings.Builder
	b.WriteString(`{"type":"https://problems.example.com/papi/v0/activation/errors","title":"T","detail":"D","errors":[`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"type":%q,"detail":"error %d %s"}`, kind, i, strings.Repeat("x", 650))
	}
	return b.String() + `],"warnings":[{"detail":"w"}],"limitKey":""}`
}

func rejected(t *testing.T, body string) *papi.Error {
	t.Helper()
	client := clientOver(t, papi.Options{MaxRetries: -1}, func(r *http.Request) (*http.Response, error) { return answer(r, http.StatusBadRequest, body), nil })
	_, err := client.CreateActivation(t.Context(), www(), submission())
	problem, ok := errors.AsType[*papi.Error](err)
	if !ok {
		t.Fatalf("error is %v", err)
	}
	return problem
}

func TestARejectionWithManyErrorsStaysOne(t *testing.T) {
	const race = "x/unauthorized_third_party_cert_for_hostname"
	for _, tt := range []struct {
		name    string
		n       int
		kind    string
		class   papi.Class
		leftOut bool
	}{
		{"a few", 3, "a", papi.ClassRejected, false},
		{"more than a hundred", 150, "a", papi.ClassRejected, false},
		{"a body of more than 1 MiB", 2000, "a", papi.ClassRejected, true},
		{"a body of almost 8 MiB", 11000, "a", papi.ClassRejected, true},
		{"all about a certificate", 2000, race, papi.ClassCertificateNew, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if testing.Short() && tt.n > 2000 {
				t.Skip("it is long to read, and there is nothing in it that could race")
			}
			body := rejection(tt.n, tt.kind)
			if len(body) > 8<<20 {
				t.Fatalf("%d bytes", len(body))
			}
			e := rejected(t, body)
			if e.Class != tt.class || e.Detail != "D" || len(e.Warnings) != 1 || len(e.Errors)+e.ErrorsLeftOut != tt.n || e.ErrorsLeftOut > 0 != tt.leftOut {
				t.Errorf("class %s, %d errors, %d left out, %d warnings", e.Class, len(e.Errors), e.ErrorsLeftOut, len(e.Warnings))
			}
			if want := fmt.Sprintf("and %d more)", tt.n-1); !strings.Contains(e.Error(), want) || e.Uncertain() {
				t.Errorf("error is %v, want %q", e, want)
			}
		})
	}
}

func TestARejectionThatIsTooLongToBeReadStaysOne(t *testing.T) {
	if testing.Short() {
		t.Skip("it is long to read, and there is nothing in it that could race")
	}
	one := `{"type":"a","title":"T","detail":"` + strings.Repeat("x", 1000) + `"},`
	body := `{"errors":[` + strings.Repeat(one, 9000) + `{}],"title":"T","type":"https://problems.luna.akamaiapis.net/papi/v1/activation/errors"}`
	if e := rejected(t, body); e.Class != papi.ClassRejected || len(e.Errors) == 0 || e.ErrorsLeftOut == 0 {
		t.Errorf("class %s, %d errors, %d left out", e.Class, len(e.Errors), e.ErrorsLeftOut)
	}
}

func TestAnErrorThatIsLeftOutCountsForTheClass(t *testing.T) {
	body := rejection(2000, "x/unauthorized_third_party_cert_for_hostname")
	i := strings.LastIndex(body, "x/unauthorized")
	if e := rejected(t, body[:i]+"another"+body[i+len("x/unauthorized_third_party_cert_for_hostname"):]); e.Class != papi.ClassRejected {
		t.Errorf("class %s of %d errors and %d left out", e.Class, len(e.Errors), e.ErrorsLeftOut)
	}
}

func TestARejectionThatIsCutOffStaysOne(t *testing.T) {
	whole := rejection(13000, "a") // more than is read
	for name, body := range map[string]string{"by the limit": whole, "by PAPI": whole[:5000]} {
		t.Run(name, func(t *testing.T) {
			e := rejected(t, body)
			if e.Class != papi.ClassRejected || len(e.Errors) == 0 || e.Detail != "D" {
				t.Errorf("class %s, %d errors, %d left out", e.Class, len(e.Errors), e.ErrorsLeftOut)
			}
		})
	}
}

func TestMembersOfAnUnexpectedTypeAreLeftOut(t *testing.T) {
	for _, tt := range []struct {
		name, body string
		detail     string
		errors     int
	}{
		{"numbers", `{"type":7,"errors":7,"detail":"D"}`, "D", 0},
		{"an object for a list", `{"detail":"D","errors":{"a":[1]},"title":"T"}`, "D", 0},
		{"null", `{"errors":null,"limit":null,"detail":"D"}`, "D", 0},
		{"texts in the list", `{"errors":["a",{"detail":"b"},7],"detail":"D"}`, "D", 3},
		{"members in each other", `{"x":{"detail":"no","errors":[{}]},"detail":"D","errors":[{"errors":[{}]}]}`, "D", 1},
		{"capitals", `{"Detail":"D","ERRORS":[{}]}`, "D", 1},
		{"a list at the top", `[{"detail":"no"}]`, "", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if e := rejected(t, tt.body); e.Detail != tt.detail || len(e.Errors) != tt.errors || e.Class != papi.ClassInvalid {
				t.Errorf("class %s, detail %q, %d errors", e.Class, e.Detail, len(e.Errors))
			}
		})
	}
}
