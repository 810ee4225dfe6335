package io.holdfast.server.cli.check;

import io.holdfast.checker.ListAppendChecker;
import io.holdfast.checker.Transaction.Status;
import io.holdfast.checker.Violation;
import java.util.ArrayList;
import java.util.List;

/**
 * What the histories show.
 *
 * @param troubles what is wrong; those of processes first, as they explain others
 */
record Verdict(String figures, List<Trouble> troubles) {
    Verdict {
        troubles = List.copyOf(troubles);
    }

    static Verdict of(History lists, BankHistory bank, List<Trouble> ofProcesses) {
        var troubles = new ArrayList<>(ofProcesses);
        bank.wrong().ifPresent(words -> troubles.add(new Trouble("bank", words)));
        ListAppendChecker.check(lists.transactions()).map(Verdict::trouble).ifPresent(troubles::add);
        long committed = lists.count(Status.COMMITTED);
        if (committed == 0 || bank.audits() == 0) {
            troubles.add(new Trouble("none", "Nothing was committed, or no audit came to its end."));
        }
        String figures = "committed=" + committed + " conflicts=" + lists.count(Status.ABORTED) + " unknown="
                + lists.count(Status.UNKNOWN) + " worst_gap_ms=" + lists.worstGapMillis() + " transfers="
                + bank.transfers() + " audits=" + bank.audits();
        return new Verdict(figures, troubles);
    }

    private static Trouble trouble(Violation violation) {
        return new Trouble(violation.anomaly(), violation.toString());
    }

    boolean passed() {
        return troubles.isEmpty();
    }

    /** The line that scripts look for. */
    String line() {
        return passed()
                ? "check: PASS " + figures
                : "check: FAIL " + figures + " anomaly=" + troubles.get(0).anomaly();
    }
}
