package io.holdfast.server.cli.check;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.checker.Transaction.Status;
import io.holdfast.server.cli.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Transfers and audits of a bank, as they came, in the form of Jepsen's bank histories. Every audit that came to its end must find what
 * was there at first. Thread-safe.
 */
final class BankHistory {
    private final long begin = System.nanoTime();
    private final long total;
    /** As they are written: a tree of each would take many times the room. */
    private final List<String> lines = new ArrayList<>();

    private long transfers;
    private long strictAudits;
    private long snapshotAudits;
    private Optional<String> wrong = Optional.empty();

    BankHistory(long total) {
        this.total = total;
    }

    static String type(Status status) {
        return switch (status) {
            case COMMITTED -> "ok";
            case ABORTED -> "fail";
            case UNKNOWN -> "info";
        };
    }

    synchronized void transfer(long process, String type, int from, int to, long amount) {
        transfers += type.equals("ok") ? 1 : 0;
        ObjectNode line = line(process, type, "transfer");
        line.putObject("value").put("from", from).put("to", to).put("amount", amount);
        lines.add(Json.compact(line));
    }

    /** @param strict in a transaction, or else in a snapshot */
    synchronized void audit(long process, String type, boolean strict, Map<Integer, Long> balances) {
        ObjectNode line = line(process, type, "read");
        if (type.equals("ok")) {
            strictAudits += strict ? 1 : 0;
            snapshotAudits += strict ? 0 : 1;
            ObjectNode value = line.putObject("value");
            balances.forEach((account, balance) -> value.put(account.toString(), balance));
            judge(balances);
        } else {
            line.putNull("value");
        }
        lines.add(Json.compact(line));
    }

    private void judge(Map<Integer, Long> balances) {
        long sum = balances.values().stream().mapToLong(Long::longValue).sum();
        if (sum != total && wrong.isEmpty()) {
            wrong = Optional.of("the bank was given " + total + ", and an audit found " + sum + ": " + balances);
        }
        if (balances.values().stream().anyMatch(balance -> balance < 0) && wrong.isEmpty()) {
            wrong = Optional.of("only what is there is transferred, and an audit found less than nothing: " + balances);
        }
    }

    private ObjectNode line(long process, String type, String function) {
        ObjectNode line = Json.object();
        line.put("index", lines.size());
        line.put("process", process);
        line.put("type", type);
        line.put("f", function);
        line.put("time", System.nanoTime() - begin);
        return line;
    }

    synchronized long transfers() {
        return transfers;
    }

    synchronized long audits() {
        return strictAudits + snapshotAudits;
    }

    /** Those in transactions. */
    synchronized long strictAudits() {
        return strictAudits;
    }

    synchronized long snapshotAudits() {
        return snapshotAudits;
    }

    /** What the first audit that did not find the sum has found. */
    synchronized Optional<String> wrong() {
        return wrong;
    }

    synchronized void write(OutputStream file) throws IOException {
        History.write(file, lines.stream());
    }
}
