package io.holdfast.server.cli.check;

import io.holdfast.checker.ListAppendChecker;
import io.holdfast.checker.Transaction.Status;
import io.holdfast.checker.Violation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * What the histories show.
 *
 * @param troubles what is wrong; those of processes first, as they explain others
 */
record Verdict(String figures, List<Trouble> troubles) {
    Verdict {
        troubles = List.copyOf(troubles);
    }

    /** @param faults how many there were; empty if there were to be none */
    static Verdict of(History lists, BankHistory bank, List<Trouble> ofProcesses, OptionalInt faults) {
        var troubles = new ArrayList<>(ofProcesses);
        bank.wrong().ifPresent(words -> troubles.add(new Trouble("bank", words)));
        ListAppendChecker.check(lists.transactions()).map(Verdict::trouble).ifPresent(troubles::add);
        List<String> missing = missing(lists, bank, faults);
        if (!missing.isEmpty()) {
            String words = "This check has shown nothing, as it has not had any " + String.join(", any ", missing)
                    + ". Let it run for longer (--seconds), and read the logs of its sites.";
            troubles.add(new Trouble("none", words));
        }
        String figures =
                "committed=" + lists.count(Status.COMMITTED) + " conflicts=" + lists.count(Status.ABORTED) + " unknown="
                        + lists.count(Status.UNKNOWN) + " worst_gap_ms=" + lists.worstGapMillis() + " transfers="
                        + bank.transfers() + " audits=" + bank.audits();
        return new Verdict(figures, troubles);
    }

    /** What a check must have had to say anything: all is well, too, where nothing is done. */
    private static List<String> missing(History lists, BankHistory bank, OptionalInt faults) {
        var had = new LinkedHashMap<String, Long>();
        had.put("append that was committed", lists.appends());
        had.put("transfer that was committed", bank.transfers());
        had.put("audit in a transaction", bank.strictAudits());
        had.put("audit in a snapshot", bank.snapshotAudits());
        faults.ifPresent(count -> had.put("fault", (long) count));
        return had.entrySet().stream()
                .filter(it -> it.getValue() == 0)
                .map(Map.Entry::getKey)
                .toList();
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
