package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cgigen/cgigen/generator"
	"github.com/cgigen/cgigen/generator/model"
)

// follow brings the programs up to date for a command that uses them. Which
// gateways they link is the choice of the project, not of a command: programs link
// what generate had them link. asked are the gateways of a flag, which have to
// be the same; nil if there is no flag.
func (a *app) follow(ctx context.Context, options generator.Options, asked []string) (*generator.Result, error) {
	options.Gateways, options.KeepGateways = nil, true
	result, err := a.plan(ctx, options)
	if err != nil {
		return nil, err
	}
	if err := checkAsked(result, asked); err != nil {
		return nil, err
	}
	a.tellDisagreement(result)
	if err := generator.Apply(result.Changes); err != nil {
		return nil, err
	}
	a.sayChanges(result.Changes)
	return result, orPending(result, nil)
}

// checkAsked refuses a flag that asks for other gateways than programs have.
func checkAsked(result *generator.Result, asked []string) error {
	if len(asked) == 0 {
		return nil
	}
	asked, err := model.ParseGateways(asked)
	if err != nil {
		return usageError{"--gateways: " + err.Error()}
	}
	for _, p := range result.Programs {
		if !slices.Equal(p.Gateways, asked) {
			return usageError{fmt.Sprintf("--gateways: %s links %s, as generate wrote it, not %s", shown(p.Dir), strings.Join(p.Gateways, ", "), strings.Join(asked, ", ")) +
				gatewaysHint(asked)}
		}
	}
	return nil
}

// gatewaysHint shows how a project chooses gateways.
func gatewaysHint(gateways []string) string {
	return fmt.Sprintf("\n\thint: write //cgigen:site %s above the package clause of the site's folder, and run cgigen generate; or run cgigen generate --gateways %s",
		model.GatewaysKey(gateways), strings.Join(gateways, ","))
}

// checkNeeded refuses programs that lack a gateway by which they will be
// called.
func checkNeeded(result *generator.Result, needed, why string) error {
	for _, p := range result.Programs {
		if !slices.Contains(p.Gateways, needed) {
			all, _ := model.ParseGateways(append(slices.Clone(p.Gateways), needed)) // both are known
			return usageError{fmt.Sprintf("%s links %s, but %s needs %s", shown(p.Dir), strings.Join(p.Gateways, ", "), why, needed) + gatewaysHint(all)}
		}
	}
	return nil
}

// tellDisagreement warns that a directive asks for other gateways than the
// programs of its site have.
func (a *app) tellDisagreement(result *generator.Result) {
	told := map[int]bool{}
	for _, p := range result.Programs {
		asked := result.Model.Sites[p.Site].Asked
		if len(asked) == 0 || slices.Equal(asked, p.Gateways) || told[p.Site] {
			continue
		}
		told[p.Site] = true
		a.say("warning: %s links %s, but //cgigen:site says %s: run cgigen generate to update the programs",
			shown(p.Dir), strings.Join(p.Gateways, ", "), model.GatewaysKey(asked))
	}
}

// oneSite refuses packages of several sites, for a command that is about one.
func oneSite(result *generator.Result) (model.Site, error) {
	sites := programSites(result)
	switch len(sites) {
	case 0:
		return model.Site{Dir: result.Model.Module.Dir}, nil
	case 1:
		return sites[0], nil
	}
	names := make([]string, len(sites))
	for i, s := range sites {
		names[i] = s.Name
	}
	return model.Site{}, usageError{fmt.Sprintf("the packages have handlers of several sites: %s\n\thint: choose one with --site, such as --site %s", strings.Join(names, ", "), names[0])}
}

// programSites returns the sites that have programs.
func programSites(result *generator.Result) []model.Site {
	var sites []model.Site
	for i, s := range result.Model.Sites {
		if slices.ContainsFunc(result.Programs, func(p model.Main) bool { return p.Site == i }) {
			sites = append(sites, s)
		}
	}
	return sites
}

// siteFolder returns the folder for what is built of a site: its own if there
// are several.
func siteFolder(dist string, result *generator.Result, site model.Site) string {
	if len(programSites(result)) < 2 {
		return dist
	}
	return filepath.Join(dist, site.Name)
}
