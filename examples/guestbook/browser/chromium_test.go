package browser

import (
	"context"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

// A visitor is a browser and whoever looks at it.
type visitor struct {
	t     *testing.T
	ctx   context.Context
	leave func() []string // ends the visit; returns what the browser had to remark
}

// startBrowser starts a browser without a window that talks to nobody but the
// site.
func startBrowser(t *testing.T, ctx context.Context) visitor {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(find(t)),
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
	)
	if os.Geteuid() == 0 { // the sandbox refuses root
		options = append(options, chromedp.NoSandbox)
	}
	ctx, release := chromedp.NewExecAllocator(ctx, options...)
	ctx, cancel := chromedp.NewContext(ctx)
	messages := chromedp.Console(ctx)
	remarks := make(chan []string)
	go func() {
		var texts []string
		for message, err := range messages {
			if err != nil {
				break
			}
			texts = append(texts, message.String())
		}
		remarks <- texts
	}()
	leave := sync.OnceValue(func() []string {
		cancel()
		release()
		return <-remarks
	})
	t.Cleanup(func() { leave() })
	return visitor{t, ctx, leave}
}

func (v visitor) do(actions ...chromedp.Action[chromedp.Void]) {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, stepPatience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		v.t.Fatal(err)
	}
}

func run[T any](v visitor, action chromedp.Action[T]) T {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, stepPatience)
	defer cancel()
	result, err := chromedp.Run(ctx, action)
	if err != nil {
		v.t.Fatal(err)
	}
	return result
}

// open goes to an address. It may take long: the server compiles first.
func (v visitor) open(url string) {
	v.t.Helper()
	if err := chromedp.Do(v.ctx, chromedp.Navigate(url)); err != nil {
		v.t.Fatal(err)
	}
}

// leaves waits until the page and all that belongs to it has arrived, and turns
// to an empty one: a server that stops now disappoints nobody.
func (v visitor) leaves() {
	v.t.Helper()
	run(v, chromedp.Evaluate[bool](`(async () => {
		if (document.readyState !== "complete")
			await new Promise(loaded => addEventListener("load", loaded));
		await Promise.all(Array.from(document.images, picture => picture.decode().catch(() => 0)));
		return true;
	})()`, chromedp.EvalAwaitPromise))
	v.open("about:blank")
}

// submits does what leads to another page, and waits for that.
func (v visitor) submits(action chromedp.Action[chromedp.Void]) {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, stepPatience)
	defer cancel()
	if _, err := chromedp.RunResponse(ctx, action); err != nil {
		v.t.Fatal(err)
	}
}

// sees checks that the page shows some texts.
func (v visitor) sees(texts ...string) {
	v.t.Helper()
	shown := run(v, chromedp.TextContent(chromedp.CSS("body")))
	for _, text := range texts {
		if !strings.Contains(shown, text) {
			v.t.Errorf("no %q in\n%s", text, shown)
		}
	}
}

// seesPicture checks that the first entry's picture has arrived and can be
// shown.
func (v visitor) seesPicture(width, height int) {
	v.t.Helper()
	got := run(v, chromedp.Evaluate[[]int](`(async () => {
		const picture = document.querySelector(".entry img");
		await picture.decode();
		return [picture.naturalWidth, picture.naturalHeight];
	})()`, chromedp.EvalAwaitPromise))
	if len(got) != 2 || got[0] != width || got[1] != height {
		v.t.Errorf("the picture has %v pixels, want %d and %d", got, width, height)
	}
}

// fits checks that the page needs no scrolling to the side on a screen.
func (v visitor) fits(width int) {
	v.t.Helper()
	v.do(chromedp.EmulateViewport(int64(width), 800))
	if got := run(v, chromedp.Evaluate[int]("document.documentElement.scrollWidth")); got > width {
		v.t.Errorf("the page is %d pixels wide on a screen of %d", got, width)
	}
}

// complainedNot ends the visit and checks that the browser had nothing to
// remark: no failed request, nothing that the page's own policy forbids.
func (v visitor) complainedNot() {
	v.t.Helper()
	if texts := v.leave(); len(texts) > 0 {
		v.t.Errorf("the browser complains:\n%s", strings.Join(texts, "\n"))
	}
}
