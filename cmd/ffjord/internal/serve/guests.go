package serve

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// A service on a loopback address is reached by everything that runs on the machine, a browser among it, and so by every
// page that is open there. Two doors keep pages of others out: a request must be for a host that is ours, which stops a
// page whose own name was made to point here; and one that computes must not come from another origin.

// hosted refuses a request for a host that is not this one.
func (s *Service) hosted(h handlerFunc) handlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		if !s.isHost(r.Host) {
			return problemf(http.StatusMisdirectedRequest, "bad_host", "the host %.80q is none of this service's", r.Host).
				wanting("localhost, an address, or a name that it was started with (-host)")
		}
		return h(w, r)
	}
}

func (s *Service) isHost(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.ToLower(strings.Trim(host, "[]")), ".")
	if _, err := netip.ParseAddr(host); err == nil {
		return true // nobody can make an address point elsewhere
	}
	return host == "localhost" || slices.Contains(s.Hosts, host)
}

// sameOrigin refuses a request that a browser sends for a page of another origin.
func sameOrigin(h handlerFunc) handlerFunc {
	protection := http.NewCrossOriginProtection()
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := protection.Check(r); err != nil {
			return problemf(http.StatusForbidden, "cross_origin", "a page of another origin sent this: %v", err)
		}
		return h(w, r)
	}
}

// secured sets what browsers should keep to.
func secured(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "+
			"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("Cross-Origin-Opener-Policy", "same-origin")
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
		header.Set("Cache-Control", "no-store")
		h.ServeHTTP(w, r)
	})
}
