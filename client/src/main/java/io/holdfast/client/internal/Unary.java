package io.holdfast.client.internal;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;

/** The answer to one unary call, told on the client's thread, once. */
final class Unary<R> implements StreamObserver<R> {
    /** Gets the answer and null, or null and what went wrong. */
    interface Then<R> {
        void accept(R answer, Throwable error);
    }

    private final Loop loop;
    private final Then<R> then;
    private R answer;

    Unary(Loop loop, Then<R> then) {
        this.loop = loop;
        this.then = then;
    }

    @Override
    public void onNext(R value) {
        answer = value;
    }

    @Override
    public void onError(Throwable error) {
        loop.onLoop(() -> then.accept(null, error));
    }

    @Override
    public void onCompleted() {
        if (answer == null) {
            onError(Status.INTERNAL.withDescription("an answer without content").asRuntimeException());
        } else {
            loop.onLoop(() -> then.accept(answer, null));
        }
    }
}
