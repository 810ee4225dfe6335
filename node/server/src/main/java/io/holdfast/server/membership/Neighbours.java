package io.holdfast.server.membership;

import io.holdfast.server.membership.MembershipMessage.ProbeAnswer;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What the other nodes answered lately. Not thread-safe. */
final class Neighbours {
    private final Topology topology;
    private final long validNanos;
    private final Map<String, ProbeAnswer> latest = new HashMap<>();
    private final Set<Incarnation> answeredThisRound = new HashSet<>();

    Neighbours(Topology topology, long validNanos) {
        this.topology = topology;
        this.validNanos = validNanos;
    }

    /** Answers whether it was new and recent, and comes from a node of the settings. */
    boolean heard(ProbeAnswer answer, long now) {
        String address = answer.self().address();
        boolean known = topology.nodes().containsKey(address)
                && topology.nodes().get(address).site().equals(answer.site());
        ProbeAnswer before = latest.get(address);
        boolean outdated = before != null && answer.askedNanos() - before.askedNanos() < 0;
        if (!known || outdated || !isRecent(answer, now)) {
            return false;
        }
        latest.put(address, answer);
        answeredThisRound.add(answer.self());
        return true;
    }

    /** Those that still say something about the present. */
    List<ProbeAnswer> recent(long now) {
        return latest.values().stream().filter(it -> isRecent(it, now)).toList();
    }

    /** Those that answered since the last call. */
    Set<Incarnation> endRound() {
        Set<Incarnation> answered = Set.copyOf(answeredThisRound);
        answeredThisRound.clear();
        return answered;
    }

    /** The sites of these answers, and this node's own. */
    Set<String> sites(Collection<ProbeAnswer> answers) {
        var sites = new TreeSet<String>();
        sites.add(topology.site());
        answers.forEach(it -> sites.add(it.site()));
        return sites;
    }

    /** The nodes that gave these answers, and this one. */
    Set<String> addresses(Collection<ProbeAnswer> answers, Incarnation self) {
        var addresses = new TreeSet<String>();
        addresses.add(self.address());
        answers.forEach(it -> addresses.add(it.self().address()));
        return addresses;
    }

    private boolean isRecent(ProbeAnswer answer, long now) {
        long age = now - answer.askedNanos();
        return age >= 0 && age < validNanos;
    }
}
