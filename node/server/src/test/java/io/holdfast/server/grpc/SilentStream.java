package io.holdfast.server.grpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.holdfast.v1.ResponseBatch;

/** A session's way back to its client, of which the network takes nothing. */
class SilentStream extends ServerCallStreamObserver<ResponseBatch> {
    private volatile boolean ended;

    boolean hasEnded() {
        return ended;
    }

    @Override
    public boolean isReady() {
        return false;
    }

    @Override
    public void onNext(ResponseBatch batch) {
        throw new AssertionError("Sent though the network takes nothing");
    }

    @Override
    public boolean isCancelled() {
        return false;
    }

    @Override
    public void setOnCancelHandler(Runnable handler) {}

    @Override
    public void setCompression(String compression) {}

    @Override
    public void disableAutoRequest() {}

    @Override
    public void disableAutoInboundFlowControl() {}

    @Override
    public void setOnReadyHandler(Runnable handler) {}

    @Override
    public void request(int count) {}

    @Override
    public void setMessageCompression(boolean enable) {}

    @Override
    public void onError(Throwable failure) {
        ended = true;
    }

    @Override
    public void onCompleted() {
        ended = true;
    }
}
