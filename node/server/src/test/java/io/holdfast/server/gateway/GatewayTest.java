package io.holdfast.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.core.Bytes;
import io.holdfast.core.partition.Reply;
import io.holdfast.core.partition.WriteConcern;
import io.holdfast.core.store.Command;
import io.holdfast.core.store.Condition;
import io.holdfast.core.store.Outcome;
import io.holdfast.core.store.Query;
import io.holdfast.core.store.ReadWriteSet;
import io.holdfast.core.store.WriteId;
import io.holdfast.server.catalog.KeyspaceDefinition;
import io.holdfast.server.partition.Directories;
import io.holdfast.server.partition.PartitionId;
import io.holdfast.server.partition.ReplicaMessage;
import io.holdfast.server.partition.ReplicaReply;
import io.holdfast.v1.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.pekko.actor.testkit.typed.javadsl.TestInbox;
import org.junit.jupiter.api.Test;

class GatewayTest extends GatewayByHand {
    @Test
    void oneSubmissionCostsOneMessageForEachPartitionKindAndConcern() {
        var operations = new ArrayList<Operation>();
        for (long tag = 1; tag <= 20; tag++) {
            operations.add(put(tag, tag % 2 == 0 ? P0 : P1));
        }
        operations.add(get(21, P0, 0));
        operations.add(get(22, P0, 0));
        operations.add(get(23, P0, 500));
        operations.add(put(24, P0, WriteConcern.ALL, 10));
        var local = leads(P0, "b");

        gateway.submit(operations, caller);

        assertThat(sent).hasSize(4).allMatch(it -> it.site().equals("b"));
        assertThat(local.getAllReceived()).singleElement().isInstanceOf(ReplicaMessage.Read.class);
        assertThat(gateway.outstanding()).isEqualTo(24);
        ReplicaMessage.Write evens = sent.stream()
                .filter(it -> it.envelope().partition().equals(P0)
                        && it.envelope().message() instanceof ReplicaMessage.Write write
                        && write.concern() == WriteConcern.MAJORITY)
                .findFirst()
                .orElseThrow()
                .write();
        assertThat(evens.commands())
                .extracting(command -> command.id().sequence())
                .containsExactly(2L, 4L, 6L, 8L, 10L, 12L, 14L, 16L, 18L, 20L);
    }

    @Test
    void messagesAreBoundedInBytesAndALargeValueGoesAlone() {
        var operations = new ArrayList<Operation>();
        for (long tag = 1; tag <= 8; tag++) {
            operations.add(put(tag, P0, WriteConcern.MAJORITY, 100_000));
        }
        operations.add(put(9, P0, WriteConcern.MAJORITY, 1 << 20));
        gateway.submit(operations, caller);

        List<Integer> sizes = sent.stream()
                .map(it ->
                        it.write().commands().stream().mapToInt(Command::size).sum())
                .toList();
        assertThat(sizes).hasSize(5);
        assertThat(sizes.subList(0, 4)).allMatch(size -> size <= Grouping.MAX_BYTES);
        assertThat(sizes.get(4)).isLessThan(1100 << 10);
        assertThat(sent.stream().flatMap(it -> it.write().commands().stream()))
                .extracting(command -> command.id().sequence())
                .containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
    }

    @Test
    void everyAnswerFindsItsOperation() {
        gateway.submit(List.of(put(1, P0), put(2, P0)), caller);
        written(sent.get(0).write(), "b");

        assertThat(answers).extracting(answer -> answer.operation().tag()).containsExactly(1L, 2L);
        assertThat(answers)
                .extracting(Answer::result)
                .containsExactly(
                        new Result.Written(new Outcome(Outcome.Kind.APPLIED, 1)),
                        new Result.Written(new Outcome(Outcome.Kind.APPLIED, 2)));
        assertThat(leaders).containsExactly("b");
        assertThat(gateway.outstanding()).isZero();

        written(sent.get(0).write(), "b");
        assertThat(answers).as("a second answer to the same request").hasSize(2);
    }

    @Test
    void aLocalLeaderIsAskedDirectly() {
        var local = leads(P0, "a");
        gateway.submit(List.of(put(1, P0)), caller);
        assertThat(sent).isEmpty();
        assertThat(local.getAllReceived()).hasSize(1);
    }

    @Test
    void withoutALocalReplicaTheRegionIsAsked() {
        gateway.submit(List.of(put(1, new PartitionId("shop", 9))), caller);
        assertThat(sent).extracting(Sent::site).containsExactly("a");
    }

    @Test
    void aSiteWithoutReplicasOfTheKeyspaceAsksThePreferredOneAndRemembersWhoAnswered() {
        var far = new PartitionId("far", 0);
        registry.add(new KeyspaceDefinition("far", 1, 0, 1, 1, Directories.sites("c"), Directories.membership("c")));
        gateway.submit(List.of(put(1, far)), caller);
        assertThat(sent).extracting(Sent::site).containsExactly("c");

        gateway.received(new ReplicaReply(
                far,
                "b",
                new Reply.Written(sent.get(0).write().requestId(), List.of(new Outcome(Outcome.Kind.APPLIED, 1)))));
        gateway.submit(List.of(put(2, far)), caller);
        assertThat(sent).extracting(Sent::site).containsExactly("c", "b");
        pass(400);
        assertThat(sent).as("there is no replica here to nudge").hasSize(2);
    }

    @Test
    void aSilentLeaderHasItsPartitionNudgedOnce() {
        gateway.submit(List.of(put(1, P0)), caller);
        gateway.submit(List.of(put(2, P0)), caller);
        pass(299);
        assertThat(sent).hasSize(2);
        pass(1);
        pass(100);
        assertThat(sent.subList(2, sent.size())).singleElement().satisfies(it -> {
            assertThat(it.site()).isEqualTo("a");
            assertThat(it.envelope().partition()).isEqualTo(P0);
            assertThat(it.envelope().message()).isInstanceOf(ReplicaMessage.Nudge.class);
        });
    }

    @Test
    void whenTheLeaderChangesTheNewOneIsAskedWithTheSameIds() {
        gateway.submit(List.of(put(1, P0)), caller);
        pass(50);
        assertThat(sent).hasSize(1);
        leads(P0, "c");
        pass(50);
        assertThat(sent).extracting(Sent::site).containsExactly("b", "c");
        assertThat(sent.get(1).write().commands()).isEqualTo(sent.get(0).write().commands());
        pass(50);
        assertThat(sent).hasSize(2);

        written(sent.get(0).write(), "b");
        assertThat(answers).as("the old leader's late answer").isEmpty();
        written(sent.get(1).write(), "c");
        assertThat(answers).hasSize(1);
    }

    @Test
    void aReplicaThatStartedAnewIsAskedAgain() {
        leads(P0, "a");
        gateway.submit(List.of(put(1, P0)), caller);
        var anew = leads(P0, "a");
        pass(50);
        assertThat(anew.getAllReceived()).hasSize(1);
    }

    /** A supervisor restarts it under the address that it had; who waited for its last life would wait in vain. */
    @Test
    void aReplicaThatWasRestartedInPlaceAndLeadsAgainIsAskedAgain() {
        TestInbox<ReplicaMessage> replica = TestInbox.create();
        Directories.put(directory, P0, replica.getRef(), Directories.inTerm(7, "a", SITES));
        gateway.submit(List.of(put(1, P0)), caller);
        pass(50);
        assertThat(replica.getAllReceived()).hasSize(1);

        Directories.put(directory, P0, replica.getRef(), Directories.inTerm(8, "a", SITES));
        pass(50);
        assertThat(replica.getAllReceived()).hasSize(1);
    }

    @Test
    void everythingEndsByItsDeadline() {
        gateway.submit(List.of(put(1, P0), get(2, P0, 0)), caller);
        pass(999);
        assertThat(answers).isEmpty();
        pass(1);
        assertThat(reasons()).containsExactly(Reason.TIMED_OUT, Reason.TIMED_OUT);
        assertThat(gateway.outstanding()).isZero();
    }

    @Test
    void aNodeTakesOnlySoManyOperations() {
        gateway = gateway(3);
        leads(P0, "b");
        gateway.submit(List.of(put(1, P0), put(2, P0)), caller);
        gateway.submit(List.of(put(3, P0), put(4, P0)), caller);
        assertThat(reasons()).containsExactly(Reason.OVERLOADED, Reason.OVERLOADED);
        assertThat(leaders).as("it is not the partition that refuses").containsExactly("");
        assertThat(gateway.outstanding()).isEqualTo(2);
        written(sent.get(0).write(), "b");
        gateway.submit(List.of(put(5, P0)), caller);
        assertThat(sent).hasSize(2);
    }

    @Test
    void aReadThatMayBeStaleGoesToTheLocalReplicaFirst() {
        var local = leads(P0, "b");
        gateway.submit(List.of(get(1, P0, 500)), caller);
        var read = (ReplicaMessage.Read) local.receiveMessage();
        assertThat(read.maxStalenessMillis()).isEqualTo(500);
        refused(read.requestId(), Reply.Refusal.NOT_LEADER, "b");
        assertThat(sent).extracting(Sent::site).containsExactly("b");
        found(sent.get(0).read(), 1);
        assertThat(answers).hasSize(1);
    }

    @Test
    void aStaleReadThatIsRefusedWithoutAHintGoesToTheLeaderThisNodeKnows() {
        var local = leads(P0, "b");
        gateway.submit(List.of(get(1, P0, 500)), caller);
        refused(((ReplicaMessage.Read) local.receiveMessage()).requestId(), Reply.Refusal.NOT_LEADER);
        assertThat(sent).extracting(Sent::site).containsExactly("b");
    }

    private void found(ReplicaMessage.Read read, int count) {
        List<Query.Answer> found = read.queries().subList(0, count).stream()
                .<Query.Answer>map(query -> new Query.Value(Optional.of(((Query.Get) query).key()), 9))
                .toList();
        gateway.received(new ReplicaReply(P0, "b", new Reply.Answered(read.requestId(), found)));
    }

    @Test
    void whatAReplicaLeftUnansweredIsAskedAgain() {
        gateway.submit(List.of(get(1, P0, 0), get(2, P0, 0), get(3, P0, 0)), caller);
        found(sent.get(0).read(), 2);
        assertThat(sent.get(1).read().queries()).containsExactly(new Query.Get(Bytes.utf8("k3")));
        found(sent.get(1).read(), 1);
        assertThat(answers).extracting(answer -> answer.operation().tag()).containsExactly(1L, 2L, 3L);
        assertThat(gateway.outstanding()).isZero();
    }

    @Test
    void anAnswerThatDoesNotFitIsABug() {
        gateway.submit(List.of(put(1, P0), put(2, P0)), caller);
        gateway.received(new ReplicaReply(
                P0,
                "b",
                new Reply.Written(sent.get(0).write().requestId(), List.of(new Outcome(Outcome.Kind.APPLIED, 1)))));
        assertThat(reasons()).containsExactly(Reason.INTERNAL, Reason.INTERNAL);
    }

    @Test
    void idsDrawnForCallersAreDeclaredDoneWhenTheyAre() {
        var delete = new Command.Delete(Bytes.utf8("k"), Condition.NONE);
        for (long tag = 1; tag <= 3; tag++) {
            gateway.submit(List.of(gateway.operations().write(tag, P0, delete, WriteConcern.MAJORITY, 1000)), caller);
        }
        assertThat(sent.get(2).write().commands().get(0).id()).isEqualTo(new WriteId(77, 3));
        assertThat(sent.get(2).write().commands().get(0).doneBelow()).isEqualTo(1);
        written(sent.get(0).write(), "b");
        written(sent.get(2).write(), "b");
        Operation.Write fourth = gateway.operations().write(4, P0, delete, WriteConcern.MAJORITY, 1000);
        assertThat(fourth.command().doneBelow()).as("2 is still open").isEqualTo(2);
        assertThat(fourth.command().notAfterMillis()).isEqualTo(1_000_000 + 1000 + 240_000);
    }

    private void begin(long sequence) {
        var write = List.of(new ReadWriteSet.Write(Bytes.utf8("k" + sequence), Optional.of(Bytes.utf8("v"))));
        var set = new ReadWriteSet(List.of(), List.of(), write);
        var parts = new TreeMap<>(Map.of(P0.participant(), set, P1.participant(), set));
        gateway.submit(
                List.of(gateway.operations()
                        .commit(sequence, new WriteId(5, sequence), 1, parts, false, WriteConcern.MAJORITY, 500, 1000)),
                caller);
    }

    /** What was sent last are these operations on the partition; each is answered so, at its command's sequence. */
    private void sentLast(PartitionId partition, Outcome.Kind kind, Class<?>... operations) {
        Sent last = sent.get(sent.size() - 1);
        assertThat(last.envelope().partition()).isEqualTo(partition);
        assertThat(last.write().commands())
                .extracting(it -> (Object) it.operation().getClass())
                .containsExactly((Object[]) operations);
        written(last.write(), "b", kind);
    }

    private void commitOverTwoPartitions(long sequence, Class<?>... atTheDecider) {
        begin(sequence);
        sentLast(P1, Outcome.Kind.PREPARED, Command.Prepare.class);
        sentLast(P0, Outcome.Kind.COMMITTED, atTheDecider);
        sentLast(P1, Outcome.Kind.COMMITTED, Command.Resolve.class);
    }

    @Test
    void thatATransactionIsCompleteGoesWithTheNextStepOfItsPartitionOrAfterAWhile() {
        commitOverTwoPartitions(1, Command.CommitLast.class);
        assertThat(sent).as("nobody waits for its completion").hasSize(3);
        commitOverTwoPartitions(2, Command.CommitLast.class, Command.Complete.class);
        assertThat(sent).hasSize(6);
        assertThat(gateway.outstanding()).as("the second is to be completed").isEqualTo(1);

        pass(50);

        sentLast(P0, Outcome.Kind.COMMITTED, Command.Complete.class);
        assertThat(gateway.outstanding()).isZero();
        assertThat(answers).hasSize(2);
    }

    @Test
    void timeoutsOfOneGroupAreAlike() {
        for (int millis = 1; millis < 300_000; millis += 1 + millis / 50) {
            int slightlyMore = millis + Math.max(1, millis / 4);
            assertThat(Grouping.bucket(slightlyMore))
                    .as("%d against %d ms", millis, slightlyMore)
                    .isNotEqualTo(Grouping.bucket(millis));
        }
    }
}
