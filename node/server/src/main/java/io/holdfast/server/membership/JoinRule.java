package io.holdfast.server.membership;

import io.holdfast.server.membership.MembershipMessage.ProbeAnswer;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Where a node outside of any cluster goes: into the cluster that a peer is in, or, when nobody who answers is in one, after the
 * node that may found it anew. Only a node that hears most nodes of a majority of the sites may, the first of them in the settings'
 * order; the promises it then needs make it the only one (see {@link Candidacy}).
 */
final class JoinRule {
    private final Topology topology;

    JoinRule(Topology topology) {
        this.topology = topology;
    }

    /** What to do now. */
    sealed interface Step {
        record Join(String address) implements Step {}

        /** Ask for the promises. */
        record Found() implements Step {}

        record Wait(String forWhat) implements Step {}
    }

    /**
     * @param answers recent ones of other nodes
     * @param current the node that this one tries to join, kept as long as it is as good as any
     */
    Step decide(String selfAddress, Genesis genesis, Collection<ProbeAnswer> answers, Optional<String> current) {
        List<ProbeAnswer> ours = answers.stream()
                .filter(it -> it.genesis().equals(Optional.of(genesis)))
                .toList();
        Optional<String> target = ours.stream()
                .filter(it -> it.standing().inCluster())
                .max(preference(current))
                .map(it -> it.self().address());
        if (target.isPresent()) {
            return new Step.Join(target.get());
        }
        List<ProbeAnswer> ready = ours.stream()
                .filter(it -> it.standing() == Standing.READY)
                .filter(it -> it.topology().equals(topology.fingerprint()))
                .toList();
        var addresses = new TreeSet<String>();
        addresses.add(selfAddress);
        ready.forEach(it -> addresses.add(it.self().address()));
        Set<String> heard = topology.sitesOfMajorities(addresses);
        if (!topology.isMajority(heard)) {
            return new Step.Wait("a majority of the sites, or one that is in the cluster: of " + topology.sites()
                    + " only " + heard + " can be reached"
                    + (topology.nodes().size() == topology.sites().size() ? "" : ", with a majority of its nodes"));
        }
        int self = topology.rank(selfAddress);
        // A node that is listed earlier but hears too little itself could never found, and must not keep others from
        // it.
        return ready.stream()
                .filter(it -> topology.isMajority(it.sight()))
                .map(it -> it.self().address())
                .filter(address -> topology.rank(address) < self)
                .min(Comparator.comparingInt(topology::rank))
                .<Step>map(first -> new Step.Wait(first + ", which may found the cluster before this node"))
                .orElseGet(Step.Found::new);
    }

    private Comparator<ProbeAnswer> preference(Optional<String> current) {
        return Comparator.<ProbeAnswer>comparingInt(it -> it.standing() == Standing.UP ? 1 : 0)
                .thenComparingInt(it -> topology.isMajority(it.sight()) ? 1 : 0)
                .thenComparingInt(it -> current.equals(Optional.of(it.self().address())) ? 1 : 0)
                .thenComparingInt(it -> it.sight().size())
                .thenComparingInt(it -> -topology.rank(it.self().address()));
    }
}
