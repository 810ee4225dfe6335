package io.holdfast.server.gateway;

import io.holdfast.core.Bytes;
import io.holdfast.core.SiteId;
import io.holdfast.core.partition.Reply;
import io.holdfast.core.partition.WriteConcern;
import io.holdfast.core.store.Command;
import io.holdfast.core.store.Condition;
import io.holdfast.core.store.Outcome;
import io.holdfast.core.store.Participant;
import io.holdfast.core.store.Query;
import io.holdfast.core.store.ReadWriteSet;
import io.holdfast.core.store.WriteId;
import io.holdfast.server.catalog.KeyspaceRegistry;
import io.holdfast.server.partition.Directories;
import io.holdfast.server.partition.PartitionId;
import io.holdfast.server.partition.ReplicaDirectory;
import io.holdfast.server.partition.ReplicaEnvelope;
import io.holdfast.server.partition.ReplicaMessage;
import io.holdfast.server.partition.ReplicaReply;
import io.holdfast.v1.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.pekko.actor.testkit.typed.javadsl.TestInbox;
import org.junit.jupiter.api.BeforeEach;

/** The gateway by hand: what it sends is looked at, answers are given, and the clock is turned. */
abstract class GatewayByHand {
    static final PartitionId P0 = new PartitionId("shop", 0);
    static final PartitionId P1 = new PartitionId("shop", 1);
    static final String[] SITES = {"a", "b", "c"};

    record Sent(String site, ReplicaEnvelope envelope) {
        ReplicaMessage.Write write() {
            return (ReplicaMessage.Write) envelope.message();
        }

        ReplicaMessage.Read read() {
            return (ReplicaMessage.Read) envelope.message();
        }
    }

    final ReplicaDirectory directory = new ReplicaDirectory();
    final KeyspaceRegistry registry = new KeyspaceRegistry();
    final TestInbox<ReplicaReply> receiver = TestInbox.create();
    final List<Sent> sent = new ArrayList<>();
    final List<Answer> answers = new ArrayList<>();
    final List<String> leaders = new ArrayList<>();
    final Caller caller = (leader, all) -> {
        leaders.add(leader);
        answers.addAll(all);
    };
    Set<SiteId> unreachable = Set.of();
    long nanos = 1_000;
    Gateway gateway;

    @BeforeEach
    void setUp() {
        gateway = gateway(100);
        leads(P0, "b");
        leads(P1, "b");
    }

    Gateway gateway(int maxOutstanding) {
        return new Gateway(
                new GatewayConfig("a", 77, maxOutstanding, () -> unreachable, () -> nanos, () -> 1_000_000),
                directory,
                registry,
                (site, envelope, sender) -> sent.add(new Sent(site, envelope)),
                it -> List.of(receiver.getRef()));
    }

    TestInbox<ReplicaMessage> leads(PartitionId partition, String leader) {
        TestInbox<ReplicaMessage> replica = TestInbox.create();
        Directories.put(directory, partition, replica.getRef(), Directories.follower(leader, SITES));
        return replica;
    }

    Operation.Write put(long tag, PartitionId partition, WriteConcern concern, int bytes) {
        var put = new Command.Put(Bytes.utf8("k" + tag), Bytes.wrap(new byte[bytes]), Condition.NONE);
        return gateway.operations().write(tag, partition, new WriteId(5, tag), 1, put, concern, 1000);
    }

    Operation.Write put(long tag, PartitionId partition) {
        return put(tag, partition, WriteConcern.MAJORITY, 10);
    }

    /** Of a transaction that writes to each of the partitions. */
    Operation.Commit commit(long tag, PartitionId... partitions) {
        var writes = List.of(new ReadWriteSet.Write(Bytes.utf8("k" + tag), Optional.of(Bytes.utf8("v"))));
        var parts = new TreeMap<Participant, ReadWriteSet>();
        for (PartitionId partition : partitions) {
            parts.put(partition.participant(), new ReadWriteSet(List.of(), List.of(), writes));
        }
        return gateway.operations().commit(tag, new WriteId(5, tag), 1, parts, false, WriteConcern.MAJORITY, 200, 1000);
    }

    Operation.Read get(long tag, PartitionId partition, long staleness) {
        return gateway.operations().read(tag, partition, new Query.Get(Bytes.utf8("k" + tag)), staleness, 1000);
    }

    void written(ReplicaMessage.Write write, String from) {
        written(write, from, Outcome.Kind.APPLIED);
    }

    void written(ReplicaMessage.Write write, String from, Outcome.Kind kind) {
        List<Outcome> outcomes = write.commands().stream()
                .map(command -> new Outcome(kind, command.id().sequence()))
                .toList();
        gateway.received(new ReplicaReply(P0, from, new Reply.Written(write.requestId(), outcomes)));
    }

    void refused(long requestId, Reply.Refusal reason, String... hint) {
        Optional<SiteId> leader = hint.length == 0 ? Optional.empty() : Optional.of(new SiteId(hint[0]));
        gateway.received(new ReplicaReply(P0, "b", new Reply.Refused(requestId, reason, leader)));
    }

    void pass(long millis) {
        nanos += millis * 1_000_000;
        gateway.sweep();
    }

    List<Reason> reasons() {
        return answers.stream()
                .map(answer -> ((Result.Failed) answer.result()).reason())
                .toList();
    }
}
