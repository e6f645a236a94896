package serve

import (
	"net/http"
	"slices"
	"strings"
)

// route is what is answered at one place, by a method; that of GET is that of HEAD too.
type route struct {
	method, path string
	answer       handlerFunc
}

// routes are all places.
func (s *Service) routes() []route {
	computing := func(h handlerFunc) handlerFunc { return sameOrigin(s.admitted(h)) }
	return append([]route{
		{http.MethodPost, "/v1/score", computing(s.score)},
		{http.MethodPost, "/v1/sample", computing(s.sample)},
		{http.MethodPost, "/v1/trajectory", computing(s.trajectory)},
		{http.MethodGet, "/v1/model", s.describe},
		{http.MethodGet, "/healthz", s.healthy},
		{http.MethodGet, "/readyz", s.isReady},
		{http.MethodGet, "/metrics", s.metrics},
		{http.MethodGet, "/openapi.json", file("openapi.json")},
	}, pageRoutes()...)
}

// handler returns all of the service. Paths are taken as they are: one that is written in another way is another path.
func (s *Service) handler() http.Handler {
	routes := make(map[string]http.Handler)
	for _, r := range s.routes() {
		routes[r.path] = s.traced(r.path, s.hosted(only(r.method, r.answer)))
	}
	nowhere := s.traced("other", s.hosted(notFound))
	return secured(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h, ok := routes[r.URL.Path]
		if !ok {
			h = nowhere
		}
		h.ServeHTTP(w, r)
	}))
}

func only(method string, h handlerFunc) handlerFunc {
	allowed := []string{method}
	if method == http.MethodGet {
		allowed = append(allowed, http.MethodHead)
	}
	return func(w http.ResponseWriter, r *http.Request) error {
		if slices.Contains(allowed, r.Method) {
			return h(w, r)
		}
		p := problemf(http.StatusMethodNotAllowed, "bad_method", "the method is %.20q", r.Method).wanting("%s", strings.Join(allowed, " or "))
		p.header = map[string]string{"Allow": strings.Join(allowed, ", ")}
		return p
	}
}

func notFound(_ http.ResponseWriter, r *http.Request) error {
	return problemf(http.StatusNotFound, "not_found", "nothing is at %.80q", r.URL.Path).wanting("a path of /openapi.json")
}
