package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/go-ffjord/ffjord/cmd/ffjord/internal/serve"
)

// serveCommand answers over HTTP.
type serveCommand struct {
	Model    string        `arg:"" help:"Model that fit has made. It is loaded again when the file changes, and on SIGHUP."`
	Listen   string        `default:"127.0.0.1:8080" help:"Address to listen at; the default is for this machine alone. Port 0 takes a free one."`
	Host     []string      `help:"Names that the service is known by, beside localhost and addresses." placeholder:"NAME"`
	MaxBody  int64         `default:"8388608" help:"Bytes of a request's body."`
	MaxRows  int           `default:"100000" help:"Rows of a request."`
	Queue    int           `default:"1000000" help:"Rows of all requests that are being answered; beyond them the answer is 429."`
	Requests int           `default:"256" help:"Requests that are being answered; beyond them the answer is 429."`
	Timeout  time.Duration `default:"30s" help:"Time that a request may take."`
	Grace    time.Duration `default:"20s" help:"Time that requests have to end when the service is stopped."`
}

// Help is shown below the flags.
func (serveCommand) Help() string {
	return `Examples:
  ffjord serve rows.safetensors
  ffjord serve rows.safetensors -listen 0.0.0.0:80 -host density.example.org -json

It stops on Ctrl-C and SIGTERM, once what is under way is answered. Its log goes to the standard error, as JSON with -json.
docs/service.md has what can be asked.`
}

// Run serves until it is told to stop.
func (c serveCommand) Run(a *app) error {
	if err := c.check(); err != nil {
		return err
	}
	if err := checkModel(c.Model); err != nil {
		return err
	}
	var handler slog.Handler = slog.NewTextHandler(a.err, nil)
	if a.json {
		handler = slog.NewJSONHandler(a.err, nil)
	}
	log := slog.New(handler)
	again := make(chan os.Signal, 1)
	signal.Notify(again, syscall.SIGHUP)
	defer signal.Stop(again)
	s, err := serve.New(a.ctx, serve.Config{
		Path: c.Model, Hosts: c.Host, Again: again, Grace: c.Grace, Log: log,
		Limits: serve.Limits{Body: c.MaxBody, Rows: c.MaxRows, Queue: c.Queue, Requests: c.Requests, Time: c.Timeout},
	})
	if err != nil {
		return err
	}
	l, err := new(net.ListenConfig).Listen(a.ctx, "tcp", c.Listen)
	if err != nil {
		return err
	}
	if at, ok := l.Addr().(*net.TCPAddr); ok && !at.IP.IsLoopback() {
		log.Warn("everybody who reaches this address is answered", "address", at.String())
	}
	if _, err := fmt.Fprintf(a.out, "http://%s\n", l.Addr()); err != nil {
		return errors.Join(err, l.Close())
	}
	return s.Run(a.ctx, l)
}

// check refuses limits that are none.
func (c serveCommand) check() error {
	for _, limit := range []struct {
		flag  string
		value any
		wrong bool
	}{
		{"-max-body", c.MaxBody, c.MaxBody <= 0},
		{"-max-rows", c.MaxRows, c.MaxRows <= 0},
		{"-queue", c.Queue, c.Queue <= 0},
		{"-requests", c.Requests, c.Requests <= 0},
		{"-timeout", c.Timeout, c.Timeout <= 0},
		{"-grace", c.Grace, c.Grace <= 0},
	} {
		if limit.wrong {
			return usagef("%s %v, want more than 0", limit.flag, limit.value)
		}
	}
	return nil
}
