package builder

import (
	"testing"
	"time"
)

// ms makes starts of pairs of milliseconds: how long one took, and worked.
func ms(pairs ...[2]float64) []start {
	var all []start
	for _, p := range pairs {
		all = append(all, start{time.Duration(p[0] * float64(time.Millisecond)), time.Duration(p[1] * float64(time.Millisecond))})
	}
	return all
}

func TestAStartTimeIsGivenOnlyIfItIsTheProgramsOwn(t *testing.T) {
	for _, test := range []struct {
		name   string
		starts []start
		want   float64 // milliseconds, 0 for none
	}{
		{"an idle machine", ms([2]float64{2.3, 2.2}, [2]float64{2.4, 2.2}, [2]float64{2.2, 2.1}, [2]float64{2.6, 2.4}, [2]float64{2.5, 2.4}), 2.4},
		{"one of five had to wait", ms([2]float64{2.3, 2.2}, [2]float64{12.2, 2.2}, [2]float64{2.2, 2.1}, [2]float64{2.6, 2.4}, [2]float64{2.5, 2.4}), 2.5},
		{"most had to wait", ms([2]float64{2.3, 2.2}, [2]float64{12.2, 2.2}, [2]float64{222, 2.1}, [2]float64{2.6, 2.4}, [2]float64{25, 2.4}), 0},
		{"all had to wait", ms([2]float64{222, 21}, [2]float64{180, 21}, [2]float64{90, 20}), 0},
		{"a program that waits itself", ms([2]float64{102, 2}, [2]float64{101, 2}, [2]float64{103, 2}), 102},
		{"two starts that agree by chance", ms([2]float64{102, 2}, [2]float64{101, 2}), 0},
		{"a program on several processors", ms([2]float64{10, 18}, [2]float64{11, 19}), 11},
		{"a system that does not count", ms([2]float64{10, 0}, [2]float64{11, 0}, [2]float64{10, 0}), 10},
		{"no start", nil, 0},
	} {
		took, ok := typical(test.starts)
		if want := time.Duration(test.want * float64(time.Millisecond)); took != want || ok != (want != 0) {
			t.Errorf("%s: got %v, %v, want %v", test.name, took, ok, want)
		}
	}
}
