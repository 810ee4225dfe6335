package io.holdfast.loadtest.gatling;

/** What a request that is a step of the simulation itself fails with: its message stands in the report as it is. */
public final class StepFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StepFailure(String message) {
        super(message);
    }
}
