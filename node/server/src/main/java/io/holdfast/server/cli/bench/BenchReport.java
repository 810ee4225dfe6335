package io.holdfast.server.cli.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.client.Reason;
import io.holdfast.server.cli.Json;
import io.holdfast.server.cli.Text;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.HdrHistogram.Histogram;

/** The figures of a run, for people and for programs. Latencies are those of the answers, not of the errors. */
record BenchReport(BenchPlan plan, Histogram latencies, Map<Reason, Long> errors, Optional<Audit> audit) {
    /** @param trouble empty if the sum was right each time */
    record Audit(int times, String trouble) {}

    boolean good() {
        return errors.isEmpty() && audit.map(it -> it.trouble().isEmpty()).orElse(true);
    }

    double opsPerSecond() {
        return latencies.getTotalCount() / (double) plan.seconds();
    }

    private double millis(double percentile) {
        return latencies.getValueAtPercentile(percentile) / 1e6;
    }

    private double maxMillis() {
        return latencies.getMaxValue() / 1e6;
    }

    String text() {
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                Locale.ROOT,
                "%s: %s, values of %d bytes, %s, %d s after %d s of warm-up%n",
                plan.mode().lower(),
                Text.count(plan.clients(), "client"),
                plan.valueBytes(),
                Text.count(plan.keys(), "key"),
                plan.seconds(),
                plan.warmupSeconds()));
        text.append(String.format(Locale.ROOT, "  throughput  %s ops/s%n", Text.number(Math.round(opsPerSecond()))));
        text.append(String.format(
                Locale.ROOT,
                "  latency     p50 %.2f ms   p99 %.2f ms   p99.9 %.2f ms   max %.2f ms%n",
                millis(50),
                millis(99),
                millis(99.9),
                maxMillis()));
        long failed = errors.values().stream().mapToLong(Long::longValue).sum();
        text.append("  errors      ").append(Text.number(failed));
        text.append(errors.isEmpty() ? "" : "  " + errors).append('\n');
        audit.ifPresent(it -> text.append("  audit       ")
                .append(it.trouble().isEmpty() ? "the sum was right each of " + it.times() + " times" : it.trouble())
                .append('\n'));
        return text.toString();
    }

    ObjectNode json() {
        ObjectNode node = Json.object();
        node.put("mode", plan.mode().lower());
        node.put("clients", plan.clients());
        node.put("keys", plan.keys());
        node.put("value_size", plan.valueBytes());
        node.put("warmup_seconds", plan.warmupSeconds());
        node.put("seconds", plan.seconds());
        node.put("ops", latencies.getTotalCount());
        node.put("ops_per_second", rounded(opsPerSecond()));
        node.put("p50_ms", rounded(millis(50)));
        node.put("p99_ms", rounded(millis(99)));
        node.put("p999_ms", rounded(millis(99.9)));
        node.put("max_ms", rounded(maxMillis()));
        node.put("errors", errors.values().stream().mapToLong(Long::longValue).sum());
        audit.ifPresent(it -> node.put("audits", it.times()).put("audit_trouble", it.trouble()));
        ObjectNode reasons = node.putObject("errors_by_reason");
        errors.forEach((reason, count) -> reasons.put(reason.name(), count));
        return node;
    }

    private static double rounded(double value) {
        return Math.round(value * 1000) / 1000.0;
    }
}
