package app

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"log/slog"
	"maps"
	"math/rand/v2"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"commoncase/app/config"
	"commoncase/app/store"
	"commoncase/models"
	"commoncase/models/civil"
)

// What the front door is held to: stories a minute, photos with each, and how much memory the server may take.
const (
	intakeStories = 50
	intakePhotos  = 2
	intakeMemory  = 300 << 10 // KiB
)

// BenchmarkIntake is the load test of the front door: the real program as a process of its own, and 50 tellers a minute who each fill in
// the form without scripts, send two photos of 12 megapixels and hand the story in, for COMMONCASE_BENCH_MINUTES (0.5 where it is not
// set). It fails on any error, on a copy that is still to be made a minute after the last story, and where the server took more than 300 MB.
func BenchmarkIntake(b *testing.B) {
	minutes := 0.5
	if v := os.Getenv("COMMONCASE_BENCH_MINUTES"); v != "" {
		var err error
		if minutes, err = strconv.ParseFloat(v, 64); err != nil || minutes <= 0 {
			b.Fatalf("COMMONCASE_BENCH_MINUTES=%q: a number of minutes", v)
		}
	}
	x := newIntakeLoad(b)
	stories := max(int(minutes*intakeStories), 1)
	var wg sync.WaitGroup
	begin := time.Now()
	for i := range stories {
		wg.Go(func() { x.teller(i) })
		time.Sleep(time.Until(begin.Add(time.Duration(i+1) * time.Minute / intakeStories)))
	}
	wg.Wait()
	after := x.backlog(b)
	last := time.Now()
	left := after
	for ; left > 0 && time.Since(last) < time.Minute; left = x.backlog(b) {
		time.Sleep(time.Second)
	}
	x.report(b, stories, after, left, time.Since(last))
}

type intakeLoad struct {
	base   string
	photo  []byte
	st     *store.Store
	pid    int
	peak   atomic.Int64 // KiB
	mu     sync.Mutex
	took   map[string][]time.Duration // by request
	errors []string
}

// noisePhoto is a photo of 12 megapixels and between 3 and 4 MB, as a phone makes one.
func noisePhoto(b *testing.B) []byte {
	b.Helper()
	r := rand.New(rand.NewPCG(12, 7))
	img := image.NewYCbCr(image.Rect(0, 0, 4032, 3024), image.YCbCrSubsampleRatio420)
	for y := range 3024 {
		for x := range 4032 {
			img.Y[y*img.YStride+x] = byte(60 + (x+y)/64 + r.IntN(44))
		}
	}
	for i := range img.Cb {
		img.Cb[i], img.Cr[i] = byte(120+i%16), byte(130+i%8)
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: 80}); err != nil {
		b.Fatal(err)
	}
	return out.Bytes()
}

func newIntakeLoad(b *testing.B) *intakeLoad {
	b.Helper()
	dir := b.TempDir()
	program := filepath.Join(dir, "commoncase")
	if out, err := exec.Command("go", "build", "-o", program, "commoncase/cmd/commoncase").CombinedOutput(); err != nil {
		b.Fatalf("build: %v\n%s", err, out)
	}
	ln, err := new(net.ListenConfig).Listen(b.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	addr := ln.Addr().String()
	if err := ln.Close(); err != nil {
		b.Fatal(err)
	}
	cfg := config.Config{DataDir: filepath.Join(dir, "data"), Addr: addr, BaseURL: "http://" + addr}
	a, err := New(b.Context(), cfg, Options{Migrate: true, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	ctx := b.Context()
	l := models.Landlord{Slug: "harbour-and-vale", Name: "Harbour & Vale", Calendar: civil.EnglandAndWales, Invented: true}
	if err := a.st.AddLandlord(ctx, &l); err != nil {
		b.Fatal(err)
	}
	branch := models.Branch{Slug: "north", Name: "North", Prefix: "NOR", LandlordID: l.ID, Threshold: 5}
	if err := a.st.AddBranch(ctx, &branch); err != nil {
		b.Fatal(err)
	}
	if err := a.st.UpdateIntake(ctx, branch.ID, true, "", 12); err != nil {
		b.Fatal(err)
	}
	if err := a.Close(); err != nil {
		b.Fatal(err)
	}
	x := &intakeLoad{base: cfg.BaseURL, photo: noisePhoto(b), took: map[string][]time.Duration{}}
	if x.st, err = store.Open(context.WithoutCancel(ctx), cfg.Database(), time.Now); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = x.st.Close() })
	server := exec.Command(program, "serve")
	server.Env = slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "COMMONCASE_") || strings.HasPrefix(v, "DATABASE_URL=")
	})
	server.Env = append(server.Env, "COMMONCASE_DATA_DIR="+cfg.DataDir, "COMMONCASE_ADDR="+addr, "COMMONCASE_BASE_URL="+cfg.BaseURL, "COMMONCASE_TRUSTED_PROXIES=127.0.0.1", "COMMONCASE_LOG_LEVEL=warn")
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		b.Fatal(err)
	}
	server.Stdout, server.Stderr = log, log
	if err := server.Start(); err != nil {
		b.Fatal(err)
	}
	x.pid = server.Process.Pid
	watched := make(chan struct{})
	stop := make(chan struct{})
	go func() {
		defer close(watched)
		for {
			select {
			case <-stop:
				return
			case <-time.After(200 * time.Millisecond):
				x.peak.Store(max(x.peak.Load(), x.resident("VmHWM:")))
			}
		}
	}()
	b.Cleanup(func() {
		close(stop)
		<-watched
		_ = server.Process.Signal(os.Interrupt)
		if err := server.Wait(); err != nil {
			b.Errorf("the server ended with %v", err)
		}
		_ = log.Close()
		if said, err := os.ReadFile(log.Name()); err == nil && len(said) > 0 {
			b.Logf("the server said:\n%.3000s", said)
		}
	})
	for range 100 {
		if res, err := http.Get(x.base + "/tell/north"); err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return x
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	b.Fatal("the server does not answer")
	return nil
}

// resident reads a line of what Linux says of the server's memory, in KiB; 0 elsewhere.
func (x *intakeLoad) resident(line string) int64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", x.pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(status), line)
	n, _ := strconv.ParseInt(strings.Fields(rest + " 0")[0], 10, 64)
	return n
}

// backlog is how many copies are still to be made.
func (x *intakeLoad) backlog(b *testing.B) int {
	b.Helper()
	pending, err := x.st.PendingFiles(b.Context(), 1_000_000)
	if err != nil {
		b.Fatal(err)
	}
	return len(pending)
}

func (x *intakeLoad) failed(i int, what string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.errors = append(x.errors, fmt.Sprintf("teller %d: %s", i, what))
}

// visitor is a browser without scripts.
type visitor struct {
	x    *intakeLoad
	from string // its address
	http http.Client
	page *goquery.Document
	at   string // the path of the page
}

func (v *visitor) do(name, method, path, kind string, body io.Reader) error {
	req, err := http.NewRequestWithContext(context.Background(), method, v.x.base+path, body)
	if err != nil {
		return err
	}
	req.Header.Set("X-Forwarded-For", v.from)
	if kind != "" {
		req.Header.Set("Content-Type", kind)
		req.Header.Set("Origin", v.x.base)
	}
	begin := time.Now()
	res, err := v.http.Do(req)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	defer res.Body.Close()
	v.page, err = goquery.NewDocumentFromReader(res.Body)
	took := time.Since(begin)
	v.x.mu.Lock()
	v.x.took[name] = append(v.x.took[name], took)
	v.x.mu.Unlock()
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	v.at = res.Request.URL.Path
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: status %d: %.200s", name, res.StatusCode, strings.Join(strings.Fields(v.page.Find("main").Text()), " "))
	}
	return nil
}

// hidden are the fields that a form of the page brings along, and where it goes.
func (v *visitor) hidden(form string) (string, url.Values, error) {
	f := v.page.Find(form)
	action, ok := f.Attr("action")
	if f.Length() == 0 {
		return "", nil, fmt.Errorf("no form %s on %s", form, v.at)
	}
	if !ok || action == "" {
		action = v.at
	}
	fields := url.Values{}
	f.Find("input[type=hidden][name]").Each(func(_ int, s *goquery.Selection) { fields.Add(s.AttrOr("name", ""), s.AttrOr("value", "")) })
	return action, fields, nil
}

func (v *visitor) submit(name, form string, typed url.Values) error {
	action, fields, err := v.hidden(form)
	if err != nil {
		return err
	}
	for k, vs := range typed {
		fields[k] = vs
	}
	return v.do(name, http.MethodPost, action, "application/x-www-form-urlencoded", strings.NewReader(fields.Encode()))
}

// photos sends photos as one form, each with bytes of its own.
func (v *visitor) photos(teller int) error {
	action, fields, err := v.hidden("#files-form")
	if err != nil {
		return err
	}
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	// The token first, as it stands in the page: the server takes no byte of a file before it.
	for _, k := range slices.SortedFunc(maps.Keys(fields), func(a, b string) int {
		return cmp.Or(-cmp.Compare(strings.Count(a, "csrf"), strings.Count(b, "csrf")), strings.Compare(a, b))
	}) {
		for _, value := range fields[k] {
			if err := m.WriteField(k, value); err != nil {
				return err
			}
		}
	}
	for n := range intakePhotos {
		part, err := m.CreateFormFile("files", fmt.Sprintf("IMG_%d_%d.jpg", teller, n))
		if err != nil {
			return err
		}
		remark := fmt.Sprintf("teller %6d photo %2d", teller, n)
		_, _ = part.Write(append([]byte{0xFF, 0xD8, 0xFF, 0xFE, 0, byte(len(remark) + 2)}, remark...))
		_, _ = part.Write(v.x.photo[2:])
	}
	if err := m.Close(); err != nil {
		return err
	}
	return v.do("POST /form/files", http.MethodPost, action, m.FormDataContentType(), &body)
}

// teller tells one story.
func (x *intakeLoad) teller(i int) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		x.failed(i, err.Error())
		return
	}
	v := &visitor{x: x, from: fmt.Sprintf("198.51.%d.%d", 100+i/250%100, 1+i%250), http: http.Client{Jar: jar, Timeout: time.Minute}}
	for _, step := range []func() error{
		func() error { return v.do("GET /tell/:branch", http.MethodGet, "/tell/north", "", nil) },
		func() error { return v.submit("POST /tell/:branch", "#start", nil) },
		func() error { return v.do("GET /form/:step", http.MethodGet, "/form/story", "", nil) },
		func() error {
			return v.submit("POST /form/:step", "#question", url.Values{"story": {fmt.Sprintf("Mould in the bedroom of home %d. আনিকা coughs at night.", i)}})
		},
		func() error { return v.do("GET /form/:step", http.MethodGet, "/form/since", "", nil) },
		func() error { return v.submit("POST /form/:step", "#question", url.Values{"since": {"about March"}}) },
		func() error { return v.do("GET /form/files", http.MethodGet, "/form/files", "", nil) },
		func() error { return v.photos(i) },
		func() error { return v.do("GET /form/:step", http.MethodGet, "/form/consent", "", nil) },
		func() error { return v.submit("POST /form/:step", "#question", url.Values{"consent_record": {"yes"}}) },
		func() error { return v.do("GET /form/check", http.MethodGet, "/form/check", "", nil) },
		func() error { return v.submit("POST /form/send", "#send", nil) },
		func() error {
			if v.at != "/form/sent" {
				return fmt.Errorf("after sending the page is %s: %.300s", v.at, strings.Join(strings.Fields(v.page.Find("main").Text()), " "))
			}
			return nil
		},
	} {
		if err := step(); err != nil {
			x.failed(i, err.Error())
			return
		}
	}
}

func (x *intakeLoad) report(b *testing.B, stories, after, left int, caught time.Duration) {
	b.Helper()
	for _, name := range slices.Sorted(func(yield func(string) bool) {
		for k := range x.took {
			if !yield(k) {
				return
			}
		}
	}) {
		all := slices.Sorted(slices.Values(x.took[name]))
		b.Logf("%-22s %4d times, median %v, p95 %v, slowest %v", name, len(all), all[len(all)/2].Round(time.Millisecond), all[len(all)*95/100].Round(time.Millisecond), all[len(all)-1].Round(time.Millisecond))
	}
	b.Logf("%d stories of %d photos of %.1f MB; peak %d MB, resident now %d MB; copies to be made after the last story: %d, %v later: %d", stories, intakePhotos, float64(len(x.photo))/(1<<20),
		x.peak.Load()>>10, x.resident("VmRSS:")>>10, after, caught.Round(time.Second), left)
	b.ReportMetric(float64(len(x.errors)), "errors")
	b.ReportMetric(float64(x.peak.Load())/1024, "peak-MB")
	b.ReportMetric(float64(after), "backlog")
	b.ReportMetric(float64(left), "backlog-after-1min")
	for _, e := range x.errors[:min(len(x.errors), 10)] {
		b.Error(e)
	}
	if left > 0 {
		b.Errorf("%d copies are still to be made", left)
	}
	if peak := x.peak.Load(); peak > intakeMemory {
		b.Errorf("the server took %d MB", peak>>10)
	}
}
