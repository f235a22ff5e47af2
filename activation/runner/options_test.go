package runner

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/propctl/propctl/activation/rollout"
)

// What is given with a plan reaches the runner that carries it out, whatever there is to
// give; the rest is the runner's own.
func TestOptionsTravelWithAPlan(t *testing.T) {
	own := map[string]bool{"Budget": true, "Speed": true, "Resubmissions": true, "Jitter": true, "Observe": true}
	given := rollout.Options{}
	v := reflect.ValueOf(&given).Elem()
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if !f.IsExported() || own[f.Name] {
			continue
		}
		switch field := v.Field(i); field.Kind() {
		case reflect.Bool:
			field.SetBool(true)
		case reflect.String:
			field.SetString("x")
		case reflect.Int, reflect.Int64:
			field.SetInt(7)
		case reflect.Slice:
			field.Set(reflect.ValueOf([]string{"x"}))
		case reflect.Pointer:
			field.Set(reflect.ValueOf(&rollout.Amount{N: 3}))
		case reflect.Struct:
			given.Request.NotifyEmails, given.Request.FastPush = []string{"you@example.com"}, new(true)
		default:
			t.Fatalf("%s is a %s", f.Name, field.Kind())
		}
	}
	data, err := json.Marshal(optionsOf(given))
	if err != nil {
		t.Fatal(err)
	}
	var arrived Options
	if err := json.Unmarshal(data, &arrived); err != nil {
		t.Fatal(err)
	}
	if got := arrived.over(rollout.Options{}); !reflect.DeepEqual(got, given) {
		t.Errorf("%+v\nwas given\n%+v\nhas arrived", given, got)
	}
}
