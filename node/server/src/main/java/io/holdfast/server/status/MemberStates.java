package io.holdfast.server.status;

import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;

/** The members of the cluster in an operator's words. */
public final class MemberStates {
    private MemberStates() {}

    /** For {@link ClusterView}; the supplier may be called on any thread. */
    public static Supplier<Map<String, String>> of(ActorSystem<?> system) {
        Cluster cluster = Cluster.get(system);
        return () -> StreamSupport.stream(cluster.state().getMembers().spliterator(), false)
                .collect(Collectors.toMap(
                        member -> endpoint(member.address()), MemberStates::state, MemberStates::livelier));
    }

    private static String endpoint(Address address) {
        return address.getHost().orElse("") + ":" + address.getPort().orElse(0);
    }

    /** A restarted node is a second member at the same address until the first is gone. */
    private static String livelier(String one, String other) {
        return one.equals("down") || one.equals("leaving") ? other : one;
    }

    private static String state(Member member) {
        MemberStatus status = member.status();
        if (status.equals(MemberStatus.joining()) || status.equals(MemberStatus.weaklyUp())) {
            return "joining";
        }
        if (status.equals(MemberStatus.leaving()) || status.equals(MemberStatus.exiting())) {
            return "leaving";
        }
        return status.equals(MemberStatus.up()) ? "up" : "down";
    }
}
