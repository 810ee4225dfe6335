package io.holdfast.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** The comparison for people. The first peer is the one that the others are compared with. */
final class MarkdownReport {
    private final Results results;
    private final List<String> peers;
    private final String own;

    MarkdownReport(Results results) {
        this.results = results;
        this.peers = results.peers();
        this.own = peers.get(0);
    }

    /**
     * @param about what was run, and on what: paragraphs or a list
     * @param chart the picture's name, beside the report
     */
    String text(String about, String chart) {
        return "# " + own + " and its peers\n\n"
                + "Written by `load-tests/compare`; [load-tests.md](load-tests.md#comparison-with-peers) says how to run it. Do not edit.\n\n"
                + about + "\n\n"
                + "Operations a second, median of " + results.rounds()
                + " rounds, and in brackets the 99th percentile of the answers.\n\n"
                + throughput() + "\n"
                + "![Operations a second of each store](" + chart + ")\n\n"
                + "## Where a peer wins\n\n" + wins() + "\n"
                + "## Gap of writes after kill -9 of the leader\n\n"
                + "The longest time in which some partition acknowledged no write, " + GapLoad.WRITERS
                + " writers, each of which sends a write every 100 ms; each gap one kill.\n\n" + gaps();
    }

    private List<String> others() {
        return peers.subList(1, peers.size());
    }

    private String throughput() {
        StringBuilder table = new StringBuilder("| load | clients |");
        peers.forEach(peer -> table.append(' ').append(peer).append(" |"));
        others().forEach(peer ->
                table.append(' ').append(own).append(" / ").append(peer).append(" |"));
        table.append("\n|---|---:|")
                .append("---:|".repeat(2 * peers.size() - 1))
                .append('\n');
        for (String workload : results.workloads()) {
            for (int clients : results.clients(workload)) {
                table.append("| ")
                        .append(workload)
                        .append(" | ")
                        .append(clients)
                        .append(" |");
                for (String peer : peers) {
                    table.append(' ').append(cell(peer, workload, clients)).append(" |");
                }
                for (String peer : others()) {
                    table.append(' ')
                            .append(times(ratio(peer, workload, clients)))
                            .append(" |");
                }
                table.append('\n');
            }
        }
        return table.toString();
    }

    private String cell(String peer, String workload, int clients) {
        OptionalDouble median = results.median(peer, workload, clients);
        if (median.isEmpty()) {
            return "—";
        }
        return String.format(
                Locale.ROOT,
                "%,.0f (%.1f ms)",
                median.getAsDouble(),
                results.p99(peer, workload, clients).orElse(0));
    }

    private OptionalDouble ratio(String peer, String workload, int clients) {
        OptionalDouble mine = results.median(own, workload, clients);
        OptionalDouble other = results.median(peer, workload, clients);
        return mine.isPresent() && other.isPresent()
                ? OptionalDouble.of(mine.getAsDouble() / other.getAsDouble())
                : OptionalDouble.empty();
    }

    private static String times(OptionalDouble ratio) {
        return ratio.isPresent() ? String.format(Locale.ROOT, "%.2fx", ratio.getAsDouble()) : "—";
    }

    private String wins() {
        List<String> lines = new ArrayList<>();
        for (String workload : results.workloads()) {
            for (int clients : results.clients(workload)) {
                for (String peer : others()) {
                    OptionalDouble ratio = ratio(peer, workload, clients);
                    if (ratio.isPresent() && ratio.getAsDouble() < 1) {
                        lines.add(String.format(
                                Locale.ROOT,
                                "- %s is faster with %s and %d client%s: %.2f times as fast.%n",
                                peer,
                                workload,
                                clients,
                                clients == 1 ? "" : "s",
                                1 / ratio.getAsDouble()));
                    }
                }
            }
        }
        for (String peer : others()) {
            OptionalDouble mine = results.worstGap(own);
            OptionalDouble other = results.worstGap(peer);
            if (mine.isPresent() && other.isPresent() && other.getAsDouble() < mine.getAsDouble()) {
                lines.add(String.format(
                        Locale.ROOT,
                        "- %s has the shorter worst gap after a kill: %.0f ms, and %s %.0f ms.%n",
                        peer,
                        other.getAsDouble(),
                        own,
                        mine.getAsDouble()));
            }
        }
        String none = others().isEmpty() ? "No peer was measured.\n" : "In nothing that was measured here.\n";
        return lines.isEmpty() ? none : String.join("", lines);
    }

    private String gaps() {
        String rows = peers.stream()
                .filter(peer -> results.gaps(peer) > 0)
                .map(peer -> String.format(
                        Locale.ROOT,
                        "| %s | %d | %.0f ms | %.0f ms |%n",
                        peer,
                        results.gaps(peer),
                        results.medianGap(peer).orElseThrow(),
                        results.worstGap(peer).orElseThrow()))
                .collect(Collectors.joining());
        return rows.isEmpty()
                ? "Not measured in this run.\n"
                : "| store | kills | median | worst |\n|---|---:|---:|---:|\n" + rows;
    }
}
