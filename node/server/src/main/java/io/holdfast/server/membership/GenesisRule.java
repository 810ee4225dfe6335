package io.holdfast.server.membership;

import io.holdfast.core.SiteId;
import io.holdfast.server.membership.MembershipMessage.ProbeAnswer;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which cluster a site belongs to. A genesis is made once, at the first site of the settings, when a node of it has heard
 * every site and none has one; from then on it spreads, and no site changes it. That only one site may make it, whose storage keeps
 * the first one it is given, and only while all others have none, is what keeps two from being made.
 */
final class GenesisRule {
    private final Topology topology;

    GenesisRule(Topology topology) {
        this.topology = topology;
    }

    /** What to do now. */
    sealed interface Step {
        /** This site has its genesis, and nothing speaks against it. */
        record Settled() implements Step {}

        record Adopt(Genesis genesis) implements Step {}

        /** Make one, of these identities. */
        record Create(Map<SiteId, Long> identities) implements Step {}

        record Wait(String forWhat) implements Step {}

        /** @param message what contradicts what, and what to do */
        record Refuse(String message) implements Step {}
    }

    /**
     * @param identity of this site's storage
     * @param answers recent ones of other nodes
     */
    Step decide(long identity, Optional<Genesis> own, Collection<ProbeAnswer> answers) {
        var bySite = new TreeMap<String, Genesis>();
        answers.forEach(it -> it.genesis().ifPresent(genesis -> bySite.put(it.site(), genesis)));
        own.ifPresent(genesis -> bySite.put(topology.site(), genesis));
        var holders = new HashMap<Genesis, Set<String>>();
        bySite.forEach((site, genesis) ->
                holders.computeIfAbsent(genesis, any -> new TreeSet<>()).add(site));
        var heard = new HashSet<String>();
        heard.add(topology.site());
        List<ProbeAnswer> started = answers.stream()
                .filter(it -> it.standing() != Standing.STARTING)
                .toList();
        started.forEach(it -> heard.add(it.site()));
        boolean all = heard.containsAll(topology.sites());
        Optional<ProbeAnswer> elsewhere = started.stream()
                .filter(it -> it.site().equals(topology.site()) && it.identity() != identity)
                .findFirst();
        if (elsewhere.isPresent()) {
            return new Step.Refuse(String.format(
                    Locale.ROOT,
                    "this node has the storage %016x, and %s of the same site has %016x: the nodes of a site must share one."
                            + " Give all of them the same persistence.cassandra settings",
                    identity,
                    elsewhere.get().self().address(),
                    elsewhere.get().identity()));
        }

        if (holders.size() > 1) {
            return conflict(own, holders, all);
        }
        if (holders.isEmpty()) {
            return first(identity, answers, started, heard);
        }
        Genesis only = holders.keySet().iterator().next();
        return own.isPresent() ? accept(only, new Step.Settled()) : accept(only, new Step.Adopt(only));
    }

    private Step accept(Genesis genesis, Step step) {
        if (genesis.identities().keySet().equals(topology.siteIds())) {
            return step;
        }
        return new Step.Refuse("the cluster " + genesis.name() + " was founded with the sites "
                + genesis.identities().keySet() + ", but the settings list " + topology.sites()
                + ": sites cannot be added or removed in this version; correct \"sites\", or start with empty"
                + " directories for a new cluster");
    }

    private Step conflict(Optional<Genesis> own, Map<Genesis, Set<String>> holders, boolean all) {
        Genesis strongest = holders.entrySet().stream()
                .max((x, y) -> Integer.compare(x.getValue().size(), y.getValue().size()))
                .orElseThrow()
                .getKey();
        boolean majority = topology.isMajority(holders.get(strongest));
        if (majority && own.isEmpty()) {
            return accept(strongest, new Step.Adopt(strongest));
        }
        if (majority && own.get().equals(strongest)) {
            // The odd one refuses by itself; it is not counted here.
            return accept(strongest, new Step.Settled());
        }
        String message = describe(holders);
        return majority || all
                ? new Step.Refuse(message)
                : new Step.Wait("the other sites, to know which is right: " + message);
    }

    private String describe(Map<Genesis, Set<String>> holders) {
        var parts = new TreeMap<String, String>();
        holders.forEach((genesis, sites) -> parts.put(
                String.join(", ", sites),
                "site " + String.join(", ", sites) + " belongs to the cluster " + genesis.name()
                        + (genesis.identities().size() == topology.sites().size()
                                ? ""
                                : " of the sites " + genesis.identities().keySet())));
        return String.join("; ", parts.values())
                + ": sites of different clusters cannot be one. Correct the addresses in \"sites\", or empty the data"
                + " directory of the site that is to change sides";
    }

    private Step first(
            long identity, Collection<ProbeAnswer> answers, Collection<ProbeAnswer> started, Set<String> heard) {
        var missing = new TreeSet<>(topology.sites());
        missing.removeAll(heard);
        if (!missing.isEmpty()) {
            return new Step.Wait("site " + String.join(", ", missing)
                    + ", because the first start of a cluster needs all of its sites");
        }
        var differing = new TreeSet<String>();
        answers.stream()
                .filter(it -> !it.topology().equals(topology.fingerprint()))
                .forEach(it -> differing.add(it.site()));
        if (!differing.isEmpty()) {
            return new Step.Wait("the same settings everywhere: the nodes in \"sites\", or their order, differ at site "
                    + String.join(", ", differing));
        }
        var identities = new TreeMap<SiteId, Long>();
        identities.put(new SiteId(topology.site()), identity);
        started.forEach(it -> identities.put(new SiteId(it.site()), it.identity()));
        if (new HashSet<>(identities.values()).size() < identities.size()) {
            return new Step.Refuse("two sites have the same storage identity, " + identities
                    + ": one is a copy of the other. Empty the data directory of one");
        }
        return topology.site().equals(topology.sites().get(0))
                ? new Step.Create(identities)
                : new Step.Wait("site " + topology.sites().get(0) + ", which founds the cluster");
    }
}
