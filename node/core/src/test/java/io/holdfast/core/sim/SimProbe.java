package io.holdfast.core.sim;

/** The door by which {@link MutationProofTest} enters a simulator that was loaded together with a planted bug. */
public final class SimProbe {
    private SimProbe() {}

    /** Runs seeds until one fails: answers its number from 1 on, a space and what was found, or an empty text. */
    public static String firstFailure(long from, int seeds, int operations) {
        for (int number = 1; number <= seeds; number++) {
            SimRun run = SimRun.of(from + number, SimOptions.of(0, operations), false);
            if (run.failure().isPresent()) {
                return number + " " + run.failure().get();
            }
        }
        return "";
    }
}
