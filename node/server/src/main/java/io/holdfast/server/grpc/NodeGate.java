package io.holdfast.server.grpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets calls through to the backend while there is one, and ends those that fail as the wire format says. */
final class NodeGate {
    private static final Logger LOG = LoggerFactory.getLogger(NodeGate.class);

    private volatile Optional<Backend> backend = Optional.empty();
    private volatile boolean closed;

    void open(Backend ready) {
        backend = Optional.of(ready);
    }

    void close() {
        closed = true;
    }

    /** @throws Problem if the node does not serve yet, or no more */
    Backend backend() {
        if (closed) {
            throw Problem.shuttingDown();
        }
        return backend.orElseThrow(Problem::notReady);
    }

    /** The backend, also while the node shuts down: for what was let in before. */
    Backend readyBackend() {
        return backend.orElseThrow(Problem::notReady);
    }

    /** Runs what answers a unary call, now or later. */
    <T> void call(StreamObserver<T> out, Consumer<Backend> body) {
        // With a handler of its own, a cancelled call ignores its late answer instead of throwing.
        ((ServerCallStreamObserver<T>) out).setOnCancelHandler(() -> {});
        try {
            body.accept(backend());
        } catch (RuntimeException e) {
            out.onError(toProblem(e).toStatus());
        }
    }

    /** For the end of a stage: answers the call with its result or its failure. */
    static <T> BiConsumer<T, Throwable> answer(StreamObserver<T> out) {
        return (result, failure) -> {
            if (failure == null) {
                out.onNext(result);
                out.onCompleted();
            } else {
                out.onError(toProblem(failure).toStatus());
            }
        };
    }

    static Problem toProblem(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof Problem problem) {
            return problem;
        }
        if (cause instanceof TimeoutException) {
            return Problem.tooSlow();
        }
        LOG.error("A call failed in a way that it should not", cause);
        return Problem.internal();
    }
}
