package io.holdfast.client.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.client.ClientOptions;
import io.holdfast.client.Key;
import io.holdfast.v1.Error;
import io.holdfast.v1.Reason;
import io.holdfast.v1.Response;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What an operation keeps of its attempts, without a network. */
class RetryLoopTest {
    private static final Response REFUSAL = Response.newBuilder()
            .setError(Error.newBuilder().setReason(Reason.OVERLOADED).setMessage("As the test wants it."))
            .build();

    private final WriteIds ids = new WriteIds(7);
    private final RetryLoop retries = new RetryLoop(
            ClientOptions.DEFAULT, ids, new Router(endpoint -> null), new Seen(), new SplittableRandom(1), () -> {});
    private final NodeConnection node =
            new NodeConnection(Endpoint.parseAll("127.0.0.1:20000").get(0), null, ids, null);
    private final Op<?> op = Op.get(new KeyspaceRoutes("shop"), Key.of("k"), 0, 0, Duration.ofMinutes(1));
    private long lastId;

    private Attempt send() {
        op.state = Op.State.SENT;
        op.attempt = new Attempt(op, node, ++lastId, System.nanoTime());
        op.attempts++;
        return op.attempt;
    }

    private int kept() {
        int kept = 0;
        for (Attempt attempt = op.attempt; attempt != null; attempt = attempt.previous) {
            kept++;
        }
        return kept;
    }

    @Test
    void anAttemptThatWasRefusedIsLetGo() {
        for (int i = 0; i < 100; i++) {
            retries.response(node, send(), REFUSAL);
        }
        assertThat(op.state).isEqualTo(Op.State.BACKING_OFF);
        assertThat(kept()).isZero();
    }

    @Test
    void thoseWhoseAnswersMayStillComeAreKept() {
        Attempt first = send();
        Attempt second = send();
        Attempt third = send();
        retries.response(node, second, REFUSAL);
        assertThat(op.state).as("the third is under way").isEqualTo(Op.State.SENT);
        assertThat(kept()).isEqualTo(2);
        retries.response(node, third, REFUSAL);
        assertThat(op.attempt).isSameAs(first);
        assertThat(op.state).isEqualTo(Op.State.BACKING_OFF);
        retries.lost(node, List.of(first), System.nanoTime());
        assertThat(kept()).isZero();
        assertThat(op.state).isEqualTo(Op.State.BACKING_OFF);
    }
}
