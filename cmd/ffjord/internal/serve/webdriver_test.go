package serve

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// browser is Chromium, driven through chromedriver by the W3C's WebDriver protocol, which is plain HTTP: no library is
// needed for it.
type browser struct {
	t       *testing.T
	session string // its address
}

// openBrowser starts a browser, or skips the test where there is none.
func openBrowser(t *testing.T) *browser {
	driver, err := exec.LookPath("chromedriver")
	if err != nil {
		t.Skip("there is no chromedriver: want Debian's packages chromium and chromium-driver")
	}
	cmd := exec.Command(driver, "--port=0")
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	b := &browser{t: t}
	lines, started := bufio.NewScanner(out), regexp.MustCompile(`successfully on port (\d+)`)
	for b.session == "" && lines.Scan() {
		if port := started.FindStringSubmatch(lines.Text()); port != nil {
			b.session = "http://127.0.0.1:" + port[1] + "/session"
		}
	}
	require.NotEmpty(t, b.session, "chromedriver says no port")
	go func() { _, _ = io.Copy(io.Discard, out) }()
	var session struct {
		ID string `json:"sessionId"`
	}
	b.call("POST", "", map[string]any{"capabilities": map[string]any{"alwaysMatch": map[string]any{
		"goog:loggingPrefs": map[string]string{"browser": "ALL"},
		"goog:chromeOptions": map[string]any{"args": []string{
			"--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
			"--disable-background-networking", "--user-data-dir=" + t.TempDir(),
		}},
	}}}, &session)
	b.session += "/" + session.ID
	t.Cleanup(func() { b.call("DELETE", "", nil, nil) })
	return b
}

// call sends a command of WebDriver.
func (b *browser) call(method, path string, body, value any) {
	b.t.Helper()
	var text bytes.Buffer
	if method == "POST" {
		require.NoError(b.t, json.NewEncoder(&text).Encode(body))
	}
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.session+path, &text)
	if method == "DELETE" { // at the end of the test, whose context is over
		r, err = http.NewRequest(method, b.session+path, nil)
	}
	require.NoError(b.t, err)
	answer, err := http.DefaultClient.Do(r)
	require.NoError(b.t, err)
	defer answer.Body.Close()
	var out struct{ Value json.RawMessage }
	require.NoError(b.t, json.NewDecoder(answer.Body).Decode(&out))
	require.Equal(b.t, http.StatusOK, answer.StatusCode, "%s %s: %.600s", method, path, out.Value)
	if value != nil {
		require.NoError(b.t, json.Unmarshal(out.Value, value))
	}
}

func (b *browser) open(url string) { b.call("POST", "/url", map[string]string{"url": url}, nil) }

// cdp sends a command of Chromium's own protocol.
func (b *browser) cdp(command string, params map[string]any) {
	b.t.Helper()
	b.call("POST", "/goog/cdp/execute", map[string]any{"cmd": command, "params": params}, nil)
}

// resize makes the window so wide, as that of a phone is, whatever the least width of a window may be.
func (b *browser) resize(width, height int) {
	b.cdp("Emulation.setDeviceMetricsOverride", map[string]any{
		"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false,
	})
	b.cdp("Emulation.setScrollbarsHidden", map[string]any{"hidden": true})
}

func (b *browser) scheme(name string) {
	b.cdp("Emulation.setEmulatedMedia", map[string]any{
		"features": []map[string]string{{"name": "prefers-color-scheme", "value": name}},
	})
}

// eval runs a function's body in the page and reads what it returns.
func (b *browser) eval(script string, value any) {
	b.t.Helper()
	b.call("POST", "/execute/sync", map[string]any{"script": script, "args": []any{}}, value)
}

// text returns what an element says.
func (b *browser) text(id string) string {
	b.t.Helper()
	var out string
	b.eval(fmt.Sprintf("return document.getElementById(%q).textContent", id), &out)
	return out
}

// until waits for a condition of the page's.
func (b *browser) until(condition string) {
	b.t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for {
		var ok bool
		b.eval("return Boolean("+condition+")", &ok)
		if ok {
			return
		}
		if time.Now().After(deadline) {
			b.save("failed")
			b.t.Fatalf("the page does not come to %s\n%v", condition, b.console())
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// click clicks at a place of the window.
func (b *browser) click(x, y float64) {
	b.actions("pointer", map[string]any{"type": "pointerMove", "x": int(x), "y": int(y), "duration": 0},
		map[string]any{"type": "pointerDown", "button": 0}, map[string]any{"type": "pointerUp", "button": 0})
}

// press presses keys one after the other; those that are named in the protocol have code points of their own.
func (b *browser) press(keys ...string) {
	var all []map[string]any
	for _, key := range keys {
		all = append(all, map[string]any{"type": "keyDown", "value": key}, map[string]any{"type": "keyUp", "value": key})
	}
	b.actions("key", all...)
}

const (
	keyTab   = "\ue004"
	keyLeft  = "\ue012"
	keyUp    = "\ue013"
	keyRight = "\ue014"
)

func (b *browser) actions(kind string, actions ...map[string]any) {
	b.t.Helper()
	b.call("POST", "/actions", map[string]any{"actions": []any{map[string]any{"type": kind, "id": kind, "actions": actions}}}, nil)
}

// find returns the protocol's name of an element.
func (b *browser) find(css string) string {
	b.t.Helper()
	var out map[string]string
	b.call("POST", "/element", map[string]string{"using": "css selector", "value": css}, &out)
	for _, id := range out {
		return id
	}
	return ""
}

// send types into an element; for a file's input it is the file's name.
func (b *browser) send(css, text string) {
	b.t.Helper()
	b.call("POST", "/element/"+b.find(css)+"/value", map[string]string{"text": text}, nil)
}

// console returns what the console of the page has been told since it was last asked.
func (b *browser) console() []string {
	b.t.Helper()
	var entries []struct{ Level, Message string }
	b.call("POST", "/se/log", map[string]string{"type": "browser"}, &entries)
	var out []string
	for _, e := range entries {
		out = append(out, e.Level+" "+e.Message)
	}
	return out
}

// save writes a picture of the whole page to the folder FFJORD_SCREENSHOTS, where that is set.
func (b *browser) save(name string) {
	b.t.Helper()
	folder := os.Getenv("FFJORD_SCREENSHOTS")
	if folder == "" {
		return
	}
	var out struct{ Data string }
	b.call("POST", "/goog/cdp/execute", map[string]any{
		"cmd": "Page.captureScreenshot", "params": map[string]any{"captureBeyondViewport": true, "format": "png"},
	}, &out)
	png, err := base64.StdEncoding.DecodeString(out.Data)
	require.NoError(b.t, err)
	require.NoError(b.t, os.WriteFile(filepath.Join(folder, strings.ReplaceAll(name, " ", "-")+".png"), png, 0o644))
}
