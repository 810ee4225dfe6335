package io.holdfast.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.holdfast.core.store.Command;
import io.holdfast.server.partition.ReplicaMessage;
import io.holdfast.v1.Commit;
import io.holdfast.v1.CommitResult;
import io.holdfast.v1.ReadWriteSet;
import io.holdfast.v1.Request;
import io.holdfast.v1.TransactionWrite;
import io.holdfast.v1.WriteId;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How many of the partitions that prepare are asked before one has answered. */
class ContendedCommitTest extends ServiceFixture {
    private static final int PARTITIONS = 4;

    @ParameterizedTest
    @CsvSource({"false, 3", "true, 1"})
    void theFirstIsAskedAloneAfterAConflict(boolean contended, long askedAtOnce) {
        cluster.keyspace("shop", PARTITIONS);
        cluster.swallow = ContendedCommitTest::prepares;

        untilItsTimeIsOver(commit(contended));
        assertThat(cluster.received.stream().filter(ContendedCommitTest::prepares))
                .hasSize((int) askedAtOnce);
    }

    /** Nobody prepares it. That it was aborted is told in the last quarter of its time, for which a busy machine may be too slow. */
    private void untilItsTimeIsOver(Request commit) {
        try {
            assertThat(store().execute(commit).getCommit().getState()).isEqualTo(CommitResult.State.ABORTED);
        } catch (StatusRuntimeException notTold) {
            assertThat(notTold.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        }
    }

    private static boolean prepares(ReplicaMessage message) {
        return message instanceof ReplicaMessage.Write write
                && write.commands().stream().anyMatch(it -> it.operation() instanceof Command.Prepare);
    }

    private static Request commit(boolean contended) {
        var set = ReadWriteSet.newBuilder().setKeyspace("shop");
        for (int partition = 0; partition < PARTITIONS; partition++) {
            set.addWrites(TransactionWrite.newBuilder()
                    .setKey(keyIn(partition, PARTITIONS))
                    .setValue(bytes("v")));
        }
        return request()
                .setTimeoutMillis(300)
                .setCommit(Commit.newBuilder()
                        .setTransaction(WriteId.newBuilder().setClient(5).setSequence(1))
                        .addSets(set)
                        .setContended(contended))
                .build();
    }
}
