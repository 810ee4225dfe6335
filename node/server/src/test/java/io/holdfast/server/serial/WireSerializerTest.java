package io.holdfast.server.serial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.core.Bytes;
import io.holdfast.core.SiteId;
import io.holdfast.core.partition.Reply;
import io.holdfast.core.partition.WriteConcern;
import io.holdfast.core.raft.Entry;
import io.holdfast.core.raft.Floor;
import io.holdfast.core.raft.Floors;
import io.holdfast.core.raft.NodeHealth;
import io.holdfast.core.raft.PeerMessage;
import io.holdfast.core.store.Command;
import io.holdfast.core.store.Condition;
import io.holdfast.core.store.Decision;
import io.holdfast.core.store.Outcome;
import io.holdfast.core.store.Query;
import io.holdfast.core.store.ReadWriteSet;
import io.holdfast.core.store.WriteId;
import io.holdfast.server.partition.Heartbeats;
import io.holdfast.server.partition.PartitionId;
import io.holdfast.server.partition.ReplicaEnvelope;
import io.holdfast.server.partition.ReplicaMessage;
import io.holdfast.server.partition.ReplicaReply;
import io.holdfast.server.site.SiteNews;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.serialization.SerializationExtension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WireSerializerTest {
    private static final ActorTestKit KIT = ActorTestKit.create();
    private static final PartitionId PARTITION = new PartitionId("shop", 300);
    private static final SiteId A = new SiteId("a");
    private static final ReadWriteSet SET = new ReadWriteSet(
            List.of(new ReadWriteSet.Read(Bytes.utf8("r"), 3)),
            List.of(new ReadWriteSet.Range(Bytes.utf8("f"), Optional.empty(), 4)),
            List.of(new ReadWriteSet.Write(Bytes.utf8("w"), Optional.of(Bytes.EMPTY))));

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    static Stream<Object> messages() {
        ActorRef<ReplicaReply> asker = KIT.createTestProbe(ReplicaReply.class).getRef();
        Bytes key = Bytes.utf8("key");
        var put = new Command(
                new WriteId(-1, 2),
                1,
                Long.MAX_VALUE,
                new Command.Put(key, Bytes.utf8("v"), new Condition.VersionIs(9)));
        var delete = new Command(new WriteId(3, 4), 4, 5, new Command.Delete(key, new Condition.Present()));
        Stream<Object> toReplica = Stream.concat(
                        peerMessages().map(ReplicaMessage.FromPeer::new),
                        Stream.of(
                                new ReplicaMessage.Write(17, asker, WriteConcern.ALL, 1000, List.of(put, delete)),
                                new ReplicaMessage.Read(18, asker, List.of(new Query.Get(key)), 250),
                                new ReplicaMessage.Read(
                                        19,
                                        asker,
                                        List.of(
                                                new Query.Scan(key, Optional.of(key), 10, 20, true),
                                                new Query.Scan(key, Optional.empty(), 10, 20, false)),
                                        0),
                                new ReplicaMessage.Write(
                                        20,
                                        asker,
                                        WriteConcern.MAJORITY,
                                        1000,
                                        List.of(
                                                new Command(new WriteId(3, 5), 4, 5, new Command.Commit(SET)),
                                                new Command(
                                                        new WriteId(3, 7),
                                                        4,
                                                        5,
                                                        new Command.CommitLast(SET, List.of(), 8)),
                                                Command.step(
                                                        new WriteId(3, 6),
                                                        2,
                                                        new Command.Decide(Decision.commitAt(7))))),
                                new ReplicaMessage.Read(
                                        21,
                                        asker,
                                        List.of(
                                                new Query.ForTime(new Query.Get(key), OptionalLong.of(9)),
                                                new Query.ForTime(
                                                        new Query.Scan(key, Optional.empty(), 1, 2, false),
                                                        OptionalLong.of(8))),
                                        0),
                                new ReplicaMessage.Read(
                                        22,
                                        asker,
                                        List.of(
                                                new Query.ForTime(new Query.Get(key), OptionalLong.empty()),
                                                new Query.Validate(SET)),
                                        0),
                                new ReplicaMessage.Transfer("b"),
                                new ReplicaMessage.KeepAlive(),
                                new ReplicaMessage.Nudge()))
                .map(message -> new ReplicaEnvelope(PARTITION, message));
        Stream<Object> replies = Stream.of(
                        new Reply.Written(
                                1,
                                List.of(
                                        new Outcome(Outcome.Kind.APPLIED, 5),
                                        new Outcome(Outcome.Kind.CONDITION_FAILED, 0))),
                        new Reply.Answered(
                                2,
                                List.of(
                                        Query.Value.ABSENT,
                                        new Query.Value(Optional.of(Bytes.EMPTY), 3),
                                        new Query.Page(List.of(new Query.KeyValue(key, key, 4)), Optional.of(key), 300),
                                        new Query.Dated(Query.Value.ABSENT, 5, 6),
                                        new Query.Dated(
                                                new Query.Page(
                                                        List.of(new Query.KeyValue(key, key, 4)), Optional.empty(), 0),
                                                5,
                                                6),
                                        new Query.Validity(true),
                                        new Query.Denied(Query.Denial.LOCKED))),
                        new Reply.Refused(3, Reply.Refusal.TIMED_OUT, Optional.of(A)),
                        new Reply.Refused(4, Reply.Refusal.NOT_LEADER, Optional.empty()))
                .map(reply -> new ReplicaReply(PARTITION, "a", reply));
        Stream<Object> betweenPeers = peerMessages().map(ReplicaMessage.FromPeer::new);
        Object together = new Heartbeats(peerMessages()
                .map(message ->
                        new Heartbeats.Item(PARTITION, "pekko://holdfast@127.0.0.1:7401/system/replica#-7", message))
                .toList());
        return Stream.of(toReplica, betweenPeers, replies, Stream.of(together)).flatMap(each -> each);
    }

    static Stream<PeerMessage> peerMessages() {
        var entries = List.of(
                new Entry(1, 2, 3, Entry.Kind.COMMANDS, Bytes.utf8("payload")),
                new Entry(1, 3, 0, Entry.Kind.ADMIT, Bytes.EMPTY));
        var floors = new Floors(new TreeMap<>(Map.of(A, new Floor(-5, 2, 9), new SiteId("b"), new Floor(7, 1, 0))));
        return Stream.of(
                new PeerMessage.PreVoteRequest(A, -5, 2, 3, 4, 5, 6, floors),
                new PeerMessage.PreVoteResponse(A, 5, 2, true, 99, floors),
                new PeerMessage.VoteRequest(A, 5, 2, 3, 4, true, floors),
                new PeerMessage.VoteResponse(A, 5, 2, false, Floors.NONE),
                new PeerMessage.AppendRequest(A, 5, 2, 6, 7, 8, entries, 9, 10, true, floors),
                new PeerMessage.AppendRequest(A, 5, 2, 6, 7, 8, entries, 9, 10, false, Floors.NONE),
                new PeerMessage.AppendResponse(
                        A, 5, 2, 6, 7, 72, 71, 70, 8, new PeerMessage.LogState.Matches(), NodeHealth.GOOD),
                new PeerMessage.AppendResponse(
                        A,
                        5,
                        2,
                        6,
                        7,
                        72,
                        71,
                        70,
                        8,
                        new PeerMessage.LogState.Conflict(4, 3),
                        new NodeHealth(true, false, true, Set.of())),
                new PeerMessage.AppendResponse(
                        A,
                        5,
                        2,
                        6,
                        7,
                        72,
                        71,
                        70,
                        8,
                        new PeerMessage.LogState.Installing(4),
                        new NodeHealth(false, true, false, Set.of(new SiteId("b"), new SiteId("c")))),
                new PeerMessage.ImageChunk(A, 5, 2, 6, 7, 8, 9, -10, Bytes.utf8("chunk")),
                new PeerMessage.ImageAck(A, 5, 2, 6, 7),
                new PeerMessage.TimeoutNow(A, 5, 2));
    }

    @ParameterizedTest
    @MethodSource("messages")
    void arrivesAsItWasSent(Object message) throws Exception {
        var serializer =
                (WireSerializer) SerializationExtension.get(KIT.system()).serializerFor(message.getClass());
        assertThat(serializer.fromBinary(serializer.toBinary(message), serializer.manifest(message)))
                .isEqualTo(message);
        ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 16);
        serializer.toBinary(message, buffer);
        buffer.flip();
        assertThat(serializer.fromBinary(buffer, serializer.manifest(message))).isEqualTo(message);
    }

    @Test
    void newsOfASiteArriveAsTheyWereSent() throws Exception {
        var news = new SiteNews(
                "10.0.0.1:7401",
                2,
                List.of(new SiteNews.Leader("shop", 7, "b")),
                List.of(new byte[] {1, 2}, new byte[0]),
                Map.of("a", 1L, "b", 2L));
        var serializer =
                (WireSerializer) SerializationExtension.get(KIT.system()).serializerFor(SiteNews.class);
        assertThat(serializer.fromBinary(serializer.toBinary(news), serializer.manifest(news)))
                .usingRecursiveComparison()
                .isEqualTo(news);
    }

    @Test
    void aClassThatIsNotListedIsRefused() throws Exception {
        record Unlisted(String text) implements WireMessage {}
        var serializer = SerializationExtension.get(KIT.system()).serializerFor(Unlisted.class);
        assertThat(serializer).isInstanceOf(WireSerializer.class);
        assertThatThrownBy(() -> serializer.toBinary(new Unlisted("x")))
                .hasMessageContaining("Class is not registered");
    }

    @Test
    void aMessageOfAnotherWireVersionIsRefused() throws Exception {
        var serializer =
                (WireSerializer) SerializationExtension.get(KIT.system()).serializerFor(ReplicaEnvelope.class);
        assertThatThrownBy(() -> serializer.fromBinary(new byte[0], "2")).hasMessageContaining("of another version");
    }
}
