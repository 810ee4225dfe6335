package io.holdfast.server.membership;

import io.holdfast.server.serial.WireMessage;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.DeadLetterSuppression;

/**
 * Between the joiners of two nodes, outside of any cluster. A time in a message is the asker's monotonic clock and comes
 * back unchanged, so that the asker knows how old its question is, however long the answer lay in a buffer. A message that finds
 * nobody is no news: the other side is still starting.
 */
sealed interface MembershipMessage extends WireMessage, DeadLetterSuppression {
    /** Asks a node where it stands. */
    record Probe(long askedNanos) implements MembershipMessage {}

    /**
     * @param topology text that is the same on nodes whose settings list the same nodes in the same order
     * @param identity of its storage, 0: not known yet
     * @param members of its cluster that are not on their way out; empty: in no cluster
     * @param sight sites that it hears, its own included; in a cluster: of which members answer it and count it as a member
     */
    record ProbeAnswer(
            long askedNanos,
            Incarnation self,
            String site,
            String topology,
            Standing standing,
            long identity,
            Optional<Genesis> genesis,
            List<Incarnation> members,
            List<String> sight)
            implements MembershipMessage {
        public ProbeAnswer {
            members = List.copyOf(members);
            sight = List.copyOf(sight);
        }
    }

    /** Asks for the promise to support no other founder of the cluster for some time. */
    record PromiseRequest(long askedNanos, Incarnation founder, long clusterId) implements MembershipMessage {}

    record PromiseAnswer(long askedNanos, String site, boolean granted) implements MembershipMessage {}
}
