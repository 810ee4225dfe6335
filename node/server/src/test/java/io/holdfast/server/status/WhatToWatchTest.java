package io.holdfast.server.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.v1.KeyspaceStatus;
import io.holdfast.v1.NodeStatus;
import io.holdfast.v1.PartitionStatus;
import io.holdfast.v1.ReplicaStatus;
import io.holdfast.v1.SiteStatus;
import io.holdfast.v1.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds the tables of docs/operations.md to the code: whoever is woken by a name looks it up there. */
class WhatToWatchTest {
    private static final Path PAGE = Path.of("../../docs/operations.md");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([^`]+)` \\|");
    private static final Pattern REPORT = Pattern.compile("incidents(?:\\(\\))?\\.report\\(([^,]+),");
    private static final Pattern TEXT = Pattern.compile("\"([^\"]+)\"");

    private static Set<String> documented(String heading) throws IOException {
        String page = Files.readString(PAGE);
        String section = page.substring(page.indexOf("\n### " + heading + "\n") + 1);
        int next = section.indexOf("\n#");
        return found(ROW, next < 0 ? section : section.substring(0, next));
    }

    private static Set<String> found(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map(result -> result.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** In the first argument of each report stand the texts that it may be, or the name of a constant of the same file. */
    private static Stream<String> reported(String source) {
        return REPORT.matcher(source).results().map(MatchResult::group).flatMap(report -> {
            Set<String> texts = found(TEXT, report);
            if (!texts.isEmpty()) {
                return texts.stream();
            }
            String constant = report.replaceFirst(".*\\(\\s*", "").replace(",", "");
            Set<String> values = found(Pattern.compile("String " + constant + " = \"([^\"]+)\""), source);
            assertThat(values).as("what is reported by " + report).hasSize(1);
            return values.stream();
        });
    }

    @Test
    void everyClassOfIncidentsIsDescribed() throws IOException {
        Set<String> reported = new TreeSet<>();
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            for (Path file : files.filter(it -> it.toString().endsWith(".java")).toList()) {
                reported(Files.readString(file)).forEach(reported::add);
            }
        }
        assertThat(reported).contains("node-unreachable", "site-unreachable", "storage-failed", "invariant-violated");
        assertThat(documented("Incidents")).isEqualTo(reported);
    }

    @Test
    void everyMetricIsDescribed() throws IOException {
        Status status = Status.newBuilder()
                .addSites(SiteStatus.newBuilder()
                        .setSite("a")
                        .addNodes(NodeStatus.newBuilder().setDiskFreeBytes(1)))
                .addKeyspaces(KeyspaceStatus.newBuilder()
                        .addPartitions(PartitionStatus.newBuilder()
                                .addReplicas(
                                        ReplicaStatus.newBuilder().setLag(0).setStalenessMillis(0))))
                .build();
        Set<String> told = found(Pattern.compile("(?m)^# TYPE (\\S+) "), MetricsText.of(status));
        assertThat(told).hasSizeGreaterThan(10);
        assertThat(documented("Metrics")).isEqualTo(told);
    }
}
