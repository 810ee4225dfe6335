package io.holdfast.server.partition;

import io.holdfast.core.SiteId;
import io.holdfast.core.partition.PartitionView;
import io.holdfast.core.raft.Membership;
import io.holdfast.core.raft.Role;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.pekko.actor.typed.ActorRef;

/** Fills directories, for tests of those who read them. */
public final class Directories {
    private Directories() {}

    public static void put(
            ReplicaDirectory directory, PartitionId partition, ActorRef<ReplicaMessage> replica, PartitionView view) {
        directory.update(new ReplicaDirectory.Local(partition, replica, view));
    }

    /** A follower's view of a group of the given sites; their storages have the identities 1, 2, 3 … */
    public static PartitionView follower(String leader, String... sites) {
        return inTerm(3, leader, sites);
    }

    public static PartitionView inTerm(long term, String leader, String... sites) {
        Optional<SiteId> known = leader.isEmpty() ? Optional.empty() : Optional.of(new SiteId(leader));
        return new PartitionView(
                Role.FOLLOWER, term, known, 10, 10, membership(sites), Optional.empty(), 0, 0, OptionalLong.empty());
    }

    public static Membership membership(String... sites) {
        Map<SiteId, Long> identities = IntStream.range(0, sites.length)
                .boxed()
                .collect(Collectors.toMap(number -> new SiteId(sites[number]), number -> number + 1L));
        return Membership.of(identities);
    }

    public static java.util.List<SiteId> sites(String... names) {
        return Stream.of(names).map(SiteId::new).toList();
    }
}
