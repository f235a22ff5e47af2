package papi_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/propctl/propctl/papi"
)

// Lines of which most of the files below are made.
const (
	head  = "[default]\n"
	host  = "host = h.example.com\n"
	token = "client_token = ct-1\n"
	cs    = "client_secret = cs-1=\n"
	at    = "access_token = at-1\n"
	four  = host + token + cs + at
)

// refused stands in the table for a file that Akamai's Python parser does not
// read, or a key that it does not find.
const refused = "(refused)"

// shape is a form of an .edgerc file, and what is read of one key of it.
type shape struct {
	name    string
	text    string
	section string // "" for default
	key     string
	want    string // value, "" for none
	problem string // part of the error
	python  string // what Akamai's Python parser reads
	why     string // where that is another value, or none
}

func shapes() []shape {
	all := usualShapes()
	return append(append(append(append(all, sectionShapes()...), inheritedShapes()...), valueShapes()...), lineShapes()...)
}

const (
	noSecretHas = "no credential has that in it, so it would only be refused later, and nobody told why"
	goTools     = "Akamai's Go tools read it, and what Python reads cannot be a credential"
	aSection    = "a section means only what stands in it"
)

func usualShapes() []shape {
	return []shape{
		{name: "as usual", text: head + four, key: "client_secret", want: "cs-1=", python: "cs-1="},
		{name: "no blanks", text: head + host + token + at + "client_secret=ab=+/=", key: "client_secret", want: "ab=+/=", python: "ab=+/="},
		{name: "many blanks", text: head + host + token + at + "client_secret \t =\t  ab=  \t\n", key: "client_secret", want: "ab=", python: "ab="},
		{name: "a colon", text: head + host + token + at + "client_secret: ab=", key: "client_secret", want: "ab=", python: "ab="},
		{name: "a colon in the value", text: head + four + "account_key = 1-AB:1-CD", key: "account_key", want: "1-AB:1-CD", python: "1-AB:1-CD"},
		{name: "carriage returns", text: strings.ReplaceAll(head+four, "\n", "\r\n"), key: "client_secret", want: "cs-1=", python: "cs-1="},
		{name: "only carriage returns", text: strings.ReplaceAll(head+four, "\n", "\r"), key: "client_secret", want: "cs-1=", python: "cs-1="},
		{name: "no last line break", text: head + strings.TrimSpace(four), key: "access_token", want: "at-1", python: "at-1"},
		{name: "empty lines and comments", text: "# a\n\n" + head + "; b\n" + four + "\n  # c = d\n", key: "client_secret", want: "cs-1=", python: "cs-1="},
		{name: "indented alike", text: head + "  " + strings.ReplaceAll(strings.TrimSpace(four), "\n", "\n  "), key: "access_token", want: "at-1", python: "at-1"},
		{name: "dashes in keys", text: head + strings.ReplaceAll(four, "_", "-"), key: "client_secret", want: "cs-1=", python: "cs-1="},
		{name: "capitals", text: head + strings.ToUpper(token+cs+at) + host, key: "client_token", want: "CT-1", python: "", why: "Python tools without Akamai's class, and the Akamai CLI, fold the case"},
		{name: "keys of others", text: head + four + "contract_id = C-1\nrequest_limit = 5\n", key: "client_secret", want: "cs-1=", python: "cs-1="},
		{name: "an address with a slash", text: head + token + cs + at + "host = https://h.example.com/\n", key: "host", want: "h.example.com", python: "https://h.example.com/", why: "the host is signed without it"},
		{name: "a byte order mark", text: "\ufeff" + head + four, key: "client_secret", want: "cs-1=", python: refused, why: "editors on Windows write it, and nobody sees it"},
	}
}

func sectionShapes() []shape {
	other := "[other]\nhost = o.example.com\nclient_token = ct-2\nclient_secret = cs-2=\naccess_token = at-2\n"
	return []shape{
		{name: "the second section", text: head + four + other, section: "other", key: "client_secret", want: "cs-2=", python: "cs-2="},
		{name: "no such section", text: head + four, section: "nope", key: "host", problem: `no section "nope"; it has "default"`, python: refused},
		{name: "another case", text: head + four, section: "Default", key: "host", problem: `no section "Default"`, python: refused},
		{name: "a section twice", text: head + four + other + head + four, key: "host", problem: `"default" stands in line 1 and again in line 11`, python: refused},
		{name: "another section twice", text: other + head + four + "[other]\n", key: "host", problem: `"other" stands in line 1 and again in line 11`, python: refused},
		{name: "a key twice", text: head + four + "client_secret = zz-9=\n", key: "client_secret", problem: "client_secret stands in line 4 and again in line 6", python: refused},
		{name: "a key twice in two cases", text: head + four + "CLIENT-SECRET = zz-9=\n", key: "client_secret", problem: "client_secret stands in line 4 and again in line 6", python: "cs-1=", why: "both are client_secret"},
		{name: "blanks in the brackets", text: "[ default ]\n" + four, key: "host", want: "h.example.com", python: refused, why: "nobody sees the blanks, and Python has a section of another name"},
		{name: "a comment behind the brackets", text: "[default] # mine\n" + four, key: "host", want: "h.example.com", python: "h.example.com"},
		{name: "a bracket in the comment", text: "[default] ; see [other]\n" + four, key: "host", want: "h.example.com", python: refused, why: "the comment is no part of the name"},
		{name: "a key behind the brackets", text: "[default] host = x.example.com\n" + four, key: "host", problem: "line 1 has something behind the name", python: "h.example.com", why: "Python drops it"},
		{name: "no closing bracket", text: "[default\n" + four, key: "host", problem: "line 1: the name of the section has no ]", python: refused},
		{name: "no name", text: "[]\n" + four, key: "host", problem: "line 1: the section has no name", python: refused},
		{name: "keys before any section", text: four, key: "host", problem: "line 1 stands before the first section", python: refused},
		{name: "an indented section", text: other + " " + head + four, key: "host", want: "h.example.com", python: refused, why: goTools},
	}
}

func inheritedShapes() []shape {
	acme := "[acme]\naccount_key = 1-ACME\n" + four
	return []shape{
		{name: "a key of the section before the dot", text: acme + "[acme.prod]\n" + four, section: "acme.prod", key: "account_key", want: "", python: refused},
		{name: "tokens of the section before the dot", text: acme + "[acme.prod]\n" + host, section: "acme.prod", key: "host", problem: "missing client_token, client_secret, access_token; a section has only what stands in it, and nothing of [acme]", python: "h.example.com", why: "Python sends three empty values"},
		{name: "a key of [DEFAULT]", text: "[DEFAULT]\naccount_key = 1-ALL\n" + head + four, key: "account_key", want: "", python: "1-ALL", why: aSection},
		{name: "tokens of [DEFAULT]", text: "[DEFAULT]\n" + token + head + host + cs + at, key: "client_token", problem: "missing client_token; a section has only what stands in it, and nothing of [DEFAULT]", python: "ct-1", why: aSection},
		{name: "a reference to another key", text: head + host + token + cs + "access_token = %(client_token)s\n", key: "access_token", want: "%(client_token)s", python: "ct-1", why: aSection + ", letter by letter"},
		{name: "a reference to nothing", text: head + host + token + cs + "access_token = %(x)s\n", key: "access_token", want: "%(x)s", python: refused, why: aSection + ", letter by letter"},
		{name: "a percent sign", text: head + host + token + cs + "access_token = 50%\n", key: "access_token", want: "50%", python: refused, why: aSection + ", letter by letter"},
		{name: "a missing key", text: head + host + token + cs, key: "access_token", problem: "missing access_token", python: "", why: "Python sends an empty value"},
		{name: "an empty key", text: head + host + token + cs + "access_token =\n", key: "access_token", problem: "missing access_token", python: "", why: "Python sends an empty value"},
		{name: "a misspelt key", text: head + host + token + cs + "acces_token = at-1\n", key: "access_token", problem: "missing access_token; the key in line 5 is not known", python: "", why: "Python sends an empty value"},
	}
}

func valueShapes() []shape {
	with := func(value string) string { return head + host + token + at + "client_secret = " + value + "\n" }
	return []shape{
		{name: "quotes", text: with(`"ab="`), key: "client_secret", want: "ab=", python: `"ab="`, why: goTools},
		{name: "single quotes", text: with(`'ab='`), key: "client_secret", want: "ab=", python: `'ab='`, why: goTools},
		{name: "one quote", text: with(`"ab=`), key: "client_secret", problem: "line 5: client_secret has a quote in it", python: `"ab=`, why: noSecretHas},
		{name: "a comment behind", text: with("ab= # mine"), key: "client_secret", want: "ab=", python: "ab= # mine", why: goTools},
		{name: "another comment behind", text: with("ab=\t; mine"), key: "client_secret", want: "ab=", python: "ab=\t; mine", why: goTools},
		{name: "a comment sign in the value", text: with("ab;c#d"), key: "client_secret", want: "ab;c#d", python: "ab;c#d"},
		{name: "a blank in the value", text: with("ab cd"), key: "client_secret", problem: "line 5: client_secret has a blank in it", python: "ab cd", why: noSecretHas},
		{name: "a tab in the value", text: with("ab\tcd"), key: "client_secret", problem: "line 5: client_secret has the control character U+0009 in it", python: "ab\tcd", why: noSecretHas},
		{name: "an invisible character", text: with("ab\u200bcd"), key: "client_secret", problem: "line 5: client_secret has the invisible character U+200B in it", python: "ab\u200bcd", why: noSecretHas},
		{name: "an invisible character behind", text: with("abcd\u2060"), key: "client_secret", problem: "line 5: client_secret has the invisible character U+2060 in it", python: "abcd\u2060", why: noSecretHas},
		{name: "a no-break space behind", text: with("abcd\u00a0"), key: "client_secret", want: "abcd", python: "abcd"},
		{name: "a typographic quote", text: with("“ab”"), key: "client_secret", problem: "line 5: client_secret has a character that is not ASCII in it", python: "“ab”", why: noSecretHas},
		{name: "a backslash at the end", text: head + host + token + "client_secret = ab\\\n" + at, key: "client_secret", want: `ab\`, python: `ab\`},
		{name: "three quotes", text: head + host + token + "client_secret = \"\"\"ab\n" + at, key: "client_secret", problem: "line 4: client_secret has a quote in it", python: `"""ab`, why: noSecretHas},
		{name: "max_body that is no number", text: head + four + "max_body = xx131072\n", key: "max_body", problem: "line 6: max_body: it is not a number", python: "xx131072", why: "Python refuses it where it is used"},
	}
}

func lineShapes() []shape {
	return []shape{
		{name: "a line without a delimiter", text: head + four + "cs-1\n", key: "host", problem: `line 6 is neither a section nor "key = value"`, python: refused},
		{name: "a value on two lines", text: head + host + token + at + "client_secret = ab\n  cd\n", key: "client_secret", problem: `line 6 is neither a section nor "key = value"`, python: "ab\ncd", why: noSecretHas},
		{name: "a value on two lines that ends in a delimiter", text: head + host + token + at + "client_secret = ab\n  cd=\n", key: "client_secret", problem: "line 6 is indented, as if the value above it went on", python: "ab\ncd=", why: noSecretHas},
		{name: "a key that is indented more", text: head + host + "  " + token + cs + at, key: "client_token", want: "ct-1", python: "", why: goTools},
		{name: "an invisible character in a key", text: head + host + token + at + "\u200bclient_secret = ab\n", key: "client_secret", problem: "line 5: the key has the invisible character U+200B in it", python: "", why: "Python sends an empty value"},
		{name: "an invisible character in a section", text: "[def\u200bault]\n" + four, key: "host", problem: "line 1: the name of the section has the invisible character U+200B in it", python: refused},
		{name: "no key", text: head + four + "= ab\n", key: "host", problem: `line 6 has no key before the "="`, python: refused},
		{name: "UTF-16", text: "\xff\xfe[\x00d\x00", key: "host", problem: "it is in UTF-16; save it as UTF-8", python: refused},
		{name: "UTF-16 without a mark", text: "[\x00d\x00e\x00", key: "host", problem: "it is in UTF-16; save it as UTF-8", python: refused},
		{name: "bytes of another encoding", text: head + four + "x = \xe4\n", key: "host", problem: "line 6 has bytes that are not UTF-8", python: refused},
		{name: "those in a comment", text: head + four + "# \xe4\n", key: "host", want: "h.example.com", python: refused, why: "a comment may be anything"},
		{name: "nothing", text: "", key: "host", problem: `no section "default"; it has none`, python: refused},
	}
}

func TestShapesOfEdgerc(t *testing.T) {
	if n := len(shapes()); n < 30 {
		t.Errorf("%d shapes", n)
	}
	for _, tt := range shapes() {
		t.Run(tt.name, func(t *testing.T) {
			alike := tt.want == tt.python || tt.want == "" && tt.python == refused // a value of "" is none
			if tt.problem != "" {
				alike = tt.python == refused
			}
			if !alike && tt.why == "" {
				t.Errorf("Akamai's Python parser reads %q, and no reason is given", tt.python)
			}
			section := tt.section
			if section == "" {
				section = "default"
			}
			c, _, err := papi.CredentialsFromFile(writeEdgerc(t, tt.text), section)
			if tt.problem != "" {
				if err == nil || !strings.Contains(err.Error(), tt.problem) || !strings.Contains(err.Error(), ".edgerc") {
					t.Fatalf("error is %v, want %q", err, tt.problem)
				}
				for _, secret := range []string{"cs-1", "zz-9", "ab", "cd", "at-1", "ct-1"} {
					said := strings.ReplaceAll(strings.ReplaceAll(err.Error(), t.TempDir(), ""), "above", "")
					if _, message, _ := strings.Cut(said, ".edgerc"); strings.Contains(message, secret) {
						t.Errorf("%q is in %v", secret, err)
					}
				}
				return
			}
			if got := valueOf(c, tt.key); err != nil || got != tt.want {
				t.Errorf("%s is %q (%v), want %q", tt.key, got, err, tt.want)
			}
		})
	}
}

func valueOf(c papi.Credentials, key string) string {
	return map[string]string{
		"host": c.Host, "client_token": c.ClientToken, "client_secret": c.ClientSecret, "access_token": c.AccessToken, "account_key": c.AccountKey,
	}[key]
}

// pythonParser reads a file as akamai.edgegrid.EdgeRc does: it is Python's own
// parser, with defaults for the keys that are signed with and _ for - in keys.
const pythonParser = `
import configparser, json, sys
class EdgeRc(configparser.ConfigParser):
    def optionxform(self, name): return name.replace('-', '_')
read = []
for path, section, key in json.load(sys.stdin):
    try:
        p = EdgeRc(dict(client_token='', client_secret='', host='', access_token='', max_body='131072', headers_to_sign='None'))
        p.read(path, encoding='utf-8')
        read.append(p.get(section, key))
    except Exception:
        read.append('` + refused + `')
json.dump(read, sys.stdout)
`

func TestShapesAreReadByPythonAsTheTableSays(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not here")
	}
	var files [][3]string
	for _, tt := range shapes() {
		section := tt.section
		if section == "" {
			section = "default"
		}
		files = append(files, [3]string{writeEdgerc(t, tt.text), section, tt.key})
	}
	input, err := json.Marshal(files)
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), python, "-c", pythonParser)
	command.Stdin, command.Stderr = strings.NewReader(string(input)), os.Stderr
	output, err := command.Output()
	if err != nil {
		t.Skipf("python3 does not run: %v", err)
	}
	var read []string
	if err := json.Unmarshal(output, &read); err != nil || len(read) != len(files) {
		t.Fatalf("%q: %v", output, err)
	}
	for i, tt := range shapes() {
		if read[i] != tt.python {
			t.Errorf("%s: Python reads %q, and the table says %q", tt.name, read[i], tt.python)
		}
	}
}
