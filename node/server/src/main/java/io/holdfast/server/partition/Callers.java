package io.holdfast.server.partition;

import io.holdfast.core.SiteId;
import io.holdfast.core.partition.Reply;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.typed.ActorRef;

/** Who waits for an answer of a replica's core, which knows them by tokens. Bounded by the core, which refuses what is too much. For its actor. */
final class Callers {
    private final PartitionId partition;
    private final String site;
    private final Map<Long, Caller> waiting = new HashMap<>();
    /** Of the nodes that have asked. */
    private final Map<Address, SiteId> sites = new HashMap<>();

    private long lastToken;

    private record Caller(long requestId, ActorRef<ReplicaReply> replyTo) {}

    Callers(PartitionId partition, String site) {
        this.partition = partition;
        this.site = site;
    }

    /** Answers the token. */
    long remember(long requestId, ActorRef<ReplicaReply> replyTo) {
        waiting.put(++lastToken, new Caller(requestId, replyTo));
        return lastToken;
    }

    /** @param lookUp slow */
    Optional<SiteId> siteOf(ActorRef<ReplicaReply> caller, Function<Address, Optional<SiteId>> lookUp) {
        Address node = caller.path().address();
        SiteId known = sites.get(node);
        if (known != null) {
            return Optional.of(known);
        }
        Optional<SiteId> found = lookUp.apply(node);
        found.ifPresent(it -> sites.put(node, it));
        return found;
    }

    void answer(Reply reply) {
        Caller caller = waiting.remove(reply.token());
        answer(caller.replyTo(), withId(reply, caller.requestId()));
    }

    /** Somebody that was not remembered. */
    void answer(ActorRef<ReplicaReply> caller, Reply reply) {
        caller.tell(new ReplicaReply(partition, site, reply));
    }

    private static Reply withId(Reply reply, long requestId) {
        if (reply instanceof Reply.Written written) {
            return new Reply.Written(requestId, written.outcomes());
        }
        if (reply instanceof Reply.Answered answered) {
            return new Reply.Answered(requestId, FrameLimit.fitting(answered.answers()));
        }
        var refused = (Reply.Refused) reply;
        return new Reply.Refused(requestId, refused.reason(), refused.leader());
    }
}
