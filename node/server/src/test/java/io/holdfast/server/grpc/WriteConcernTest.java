package io.holdfast.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.config.HoldfastSettings;
import io.holdfast.core.store.Command;
import io.holdfast.server.partition.ReplicaMessage;
import io.holdfast.v1.Commit;
import io.holdfast.v1.CommitResult;
import io.holdfast.v1.Delete;
import io.holdfast.v1.OutcomeQuery;
import io.holdfast.v1.Put;
import io.holdfast.v1.ReadWriteSet;
import io.holdfast.v1.Request;
import io.holdfast.v1.TransactionWrite;
import io.holdfast.v1.WriteConcern;
import io.holdfast.v1.WriteId;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a client asks for as to the sites that hold a write must be what the replicas are told. */
class WriteConcernTest extends ServiceFixture {
    private static final int PARTITIONS = 2;
    private static final WriteId ID =
            WriteId.newBuilder().setClient(5).setSequence(1).build();

    @BeforeEach
    void create() {
        cluster.keyspace("shop", PARTITIONS);
    }

    @ParameterizedTest
    @CsvSource({"WRITE_CONCERN_DEFAULT, MAJORITY", "ONE, ONE", "MAJORITY, MAJORITY", "ALL, ALL"})
    void aWriteHasTheConcernThatItsClientNames(WriteConcern wire, io.holdfast.core.partition.WriteConcern told) {
        store().execute(put(wire, false));
        store().execute(put(wire, true));
        store().execute(delete(wire, false));
        store().execute(delete(wire, true));
        assertThat(writes()).hasSize(4).allSatisfy(it -> assertThat(it.concern())
                .isEqualTo(told));
    }

    @Test
    void aWriteWhoseClientNamesNoneHasThatOfTheSettings() throws IOException {
        server.stop(Duration.ZERO).toCompletableFuture().join();
        server = startServer();
        var settings = HoldfastSettings.parse(FakeCluster.SETTINGS + "transaction.write-concern = all", "test");
        server.serve(new Backend(
                settings,
                cluster.gateway,
                cluster.registry,
                cluster.directory,
                () -> cluster.status,
                (duration, task) -> task.run()));
        channel = channel();
        store().execute(put(WriteConcern.WRITE_CONCERN_DEFAULT, false));
        store().execute(delete(WriteConcern.WRITE_CONCERN_DEFAULT, false));
        assertThat(writes()).hasSize(2).allSatisfy(it -> assertThat(it.concern())
                .isEqualTo(io.holdfast.core.partition.WriteConcern.ALL));
    }

    @Test
    void anOutcomeIsDurableAtAMajorityWhateverItsWriteWas() {
        store().execute(request()
                .setOutcome(
                        OutcomeQuery.newBuilder().setKey(keyIn(0, PARTITIONS)).setWriteId(ID))
                .build());
        assertThat(writes()).singleElement().satisfies(it -> assertThat(it.concern())
                .isEqualTo(io.holdfast.core.partition.WriteConcern.MAJORITY));
    }

    @ParameterizedTest
    @CsvSource({"WRITE_CONCERN_DEFAULT, MAJORITY", "ONE, MAJORITY", "MAJORITY, MAJORITY", "ALL, ALL"})
    void aTransactionOfOnePartitionHasItsConcernOrAMajority(
            WriteConcern wire, io.holdfast.core.partition.WriteConcern told) {
        assertThat(commit(wire, write(0))).isEqualTo(CommitResult.State.COMMITTED);
        assertThat(writes()).singleElement().satisfies(it -> assertThat(it.concern())
                .isEqualTo(told));
    }

    /** Of the others a majority is enough: the steps that make it last are those whose answers the client's promise is made of. */
    @ParameterizedTest
    @CsvSource({"WRITE_CONCERN_DEFAULT, MAJORITY", "ONE, MAJORITY", "MAJORITY, MAJORITY", "ALL, ALL"})
    void theStepsThatPromiseATransactionHaveItsConcernOrAMajority(
            WriteConcern wire, io.holdfast.core.partition.WriteConcern told) {
        assertThat(commit(wire, write(0), write(1))).isEqualTo(CommitResult.State.COMMITTED);
        assertThat(writes())
                .filteredOn(WriteConcernTest::promises)
                .as("a part that prepares and one that decides")
                .hasSize(PARTITIONS)
                .allSatisfy(it -> assertThat(it.concern()).isEqualTo(told));
        assertThat(writes()).filteredOn(it -> !promises(it)).allSatisfy(it -> assertThat(it.concern())
                .isEqualTo(io.holdfast.core.partition.WriteConcern.MAJORITY));
    }

    @ParameterizedTest
    @CsvSource({"1", "2"})
    void aTransactionDeletesWhatItIsToldTo(int partitions) {
        for (int partition = 0; partition < partitions; partition++) {
            store().execute(request()
                    .setPut(Put.newBuilder()
                            .setKey(keyIn(partition, PARTITIONS))
                            .setValue(bytes("v")))
                    .build());
        }
        var deletes = IntStream.range(0, partitions)
                .mapToObj(partition -> TransactionWrite.newBuilder()
                        .setKey(keyIn(partition, PARTITIONS))
                        .setDelete(true))
                .toArray(TransactionWrite.Builder[]::new);
        assertThat(commit(WriteConcern.MAJORITY, deletes)).isEqualTo(CommitResult.State.COMMITTED);
        for (int partition = 0; partition < partitions; partition++) {
            var got = store().execute(get(1, keyIn(partition, PARTITIONS).toStringUtf8()))
                    .getGet();
            assertThat(got.getFound()).isFalse();
        }
    }

    private CommitResult.State commit(WriteConcern concern, TransactionWrite.Builder... writes) {
        var set = ReadWriteSet.newBuilder().setKeyspace("shop");
        for (TransactionWrite.Builder write : writes) {
            set.addWrites(write);
        }
        return store().execute(request()
                        .setCommit(Commit.newBuilder()
                                .setTransaction(ID)
                                .addSets(set)
                                .setWriteConcern(concern))
                        .build())
                .getCommit()
                .getState();
    }

    private static TransactionWrite.Builder write(int partition) {
        return TransactionWrite.newBuilder()
                .setKey(keyIn(partition, PARTITIONS))
                .setValue(bytes("v"));
    }

    private static Request put(WriteConcern concern, boolean identified) {
        var put = Put.newBuilder()
                .setKey(keyIn(0, PARTITIONS))
                .setValue(bytes("v"))
                .setWriteConcern(concern);
        return request().setPut(identified ? put.setWriteId(ID) : put).build();
    }

    private static Request delete(WriteConcern concern, boolean identified) {
        var delete = Delete.newBuilder().setKey(keyIn(0, PARTITIONS)).setWriteConcern(concern);
        WriteId next = ID.toBuilder().setSequence(2).build();
        return request()
                .setDelete(identified ? delete.setWriteId(next) : delete)
                .build();
    }

    private List<ReplicaMessage.Write> writes() {
        return cluster.received.stream()
                .filter(ReplicaMessage.Write.class::isInstance)
                .map(ReplicaMessage.Write.class::cast)
                .toList();
    }

    private static boolean promises(ReplicaMessage.Write write) {
        return write.commands().stream()
                .map(Command::operation)
                .anyMatch(it -> it instanceof Command.Prepare || it instanceof Command.CommitLast);
    }
}
