package pace

import "time"

// Places has a bit for each of a row of places, which is set if it was allotted.
type Places []byte

// mostGiven is how many bytes of them are accepted: enough for the longest pause and the places after it.
const mostGiven = 2048

const perByte = 8

func (p Places) len() int { return len(p) * perByte }

func (p Places) has(i int) bool { return i < p.len() && p[i/perByte]>>(i%perByte)&1 == 1 }

func (p *Places) set(i int) {
	for i >= p.len() {
		*p = append(*p, 0)
	}
	(*p)[i/perByte] |= 1 << (i % perByte)
}

// after returns the places from the nth on.
func (p Places) after(n int) Places {
	var rest Places
	for i := n; i < p.len(); i++ {
		if p.has(i) {
			rest.set(i - n)
		}
	}
	return rest
}

// latelyFor is for how many seconds the number of due places is kept: as long as an answer is used, and what PAPI
// may not have counted before that.
const latelyFor = int((believedFor+countedIn)/time.Second) + 1

// note records that n allotted places are due.
func (b *Bucket) note(due time.Time, speed float64, n int) {
	second := Real(time.Second, speed)
	if len(b.Lately) == 0 || due.Sub(b.LatelyAt) > time.Duration(latelyFor)*second {
		b.Lately, b.LatelyAt = []int{0}, due
	}
	for due.Sub(b.LatelyAt) >= second {
		b.Lately, b.LatelyAt = append(b.Lately, 0), b.LatelyAt.Add(second)
	}
	b.Lately[len(b.Lately)-1] += n
	b.Lately = b.Lately[max(len(b.Lately)-latelyFor, 0):]
}

// since returns how many allotted places were due since a time. with includes all of the second in which it falls.
func (b *Bucket) since(begun time.Time, speed float64, with bool) int {
	second, n := Real(time.Second, speed), 0
	for i, many := range b.Lately {
		at := b.LatelyAt.Add(-time.Duration(len(b.Lately)-1-i) * second)
		if at.After(begun) || with && at.Add(second).After(begun) {
			n += many
		}
	}
	return n
}
