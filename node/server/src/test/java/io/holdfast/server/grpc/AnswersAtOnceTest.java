package io.holdfast.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.core.Bytes;
import io.holdfast.core.store.Query;
import io.holdfast.server.gateway.Answer;
import io.holdfast.server.gateway.Caller;
import io.holdfast.server.gateway.Operation;
import io.holdfast.server.gateway.Result;
import io.holdfast.server.partition.PartitionId;
import io.holdfast.v1.Request;
import io.holdfast.v1.Response;
import java.util.AbstractList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Partitions answer one session on threads of their own. */
class AnswersAtOnceTest {
    private static final int LARGE = 200_000;
    private static final int LIMIT = 1 << 20;
    private static final int PARTITIONS = 2;
    private static final int EACH = 10;

    private final RequestMemory memory = new RequestMemory(LIMIT, LIMIT);
    private final Session session = new Session(new SilentStream(), new NoHost(), memory);

    @Test
    void whatAClientMayKeepIsNotGivenToItOncePerPartition() {
        var decided = new CyclicBarrier(PARTITIONS);
        List<CompletableFuture<Void>> partitions = IntStream.range(0, PARTITIONS)
                .mapToObj(partition -> CompletableFuture.runAsync(
                        () -> session.answered("a", new MeetingAtTheLast(largeAnswers(partition), decided))))
                .toList();

        partitions.forEach(
                partition -> partition.orTimeout(20, TimeUnit.SECONDS).join());

        assertThat(memory.answersHeld()).isBetween(LIMIT - 2L * LARGE, LIMIT + (long) LARGE);
    }

    private static List<Answer> largeAnswers(int partition) {
        var value = new Query.Value(Optional.of(Bytes.wrap(new byte[LARGE])), 1);
        return IntStream.range(0, EACH)
                .mapToObj(tag -> new Operation.Read(
                        tag, new PartitionId("shop", partition), new Query.Get(Bytes.utf8("k")), 0, 1000))
                .map(read -> new Answer(read, new Result.Found(value)))
                .toList();
    }

    /** Before all have come to their last answer, nobody goes on to hand over what it has. */
    private static final class MeetingAtTheLast extends AbstractList<Answer> {
        private final List<Answer> answers;
        private final CyclicBarrier others;

        MeetingAtTheLast(List<Answer> answers, CyclicBarrier others) {
            this.answers = answers;
            this.others = others;
        }

        @Override
        public Answer get(int index) {
            if (index == answers.size() - 1) {
                try {
                    others.await(20, TimeUnit.SECONDS);
                } catch (Exception e) {
                    throw new AssertionError("The other partitions did not come", e);
                }
            }
            return answers.get(index);
        }

        @Override
        public int size() {
            return answers.size();
        }
    }

    private static final class NoHost implements Session.Host {
        @Override
        public Optional<Response> immediate(Request request) {
            return Optional.empty();
        }

        @Override
        public Operation operation(Request request) {
            throw new AssertionError("Nothing is asked here");
        }

        @Override
        public void submit(List<Operation> operations, Caller caller) {}

        @Override
        public void ended(Session session) {}
    }
}
