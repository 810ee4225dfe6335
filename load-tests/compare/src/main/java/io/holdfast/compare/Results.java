package io.holdfast.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.DoubleStream;

/** All measurements of all rounds. Immutable. */
record Results(List<Cell> cells) {
    Results {
        cells = List.copyOf(cells);
    }

    /** What earlier rounds have measured; nothing if there is no such file. */
    static Results read(Path file) throws IOException {
        return new Results(
                Files.exists(file)
                        ? Files.readAllLines(file).stream().map(Cell::parse).toList()
                        : List.of());
    }

    static void append(Path file, Cell cell) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(file, cell.line() + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** The peers, in the order in which they were measured. */
    List<String> peers() {
        return cells.stream().map(Cell::peer).distinct().toList();
    }

    /** The workloads, without the gap. */
    List<String> workloads() {
        return cells.stream()
                .map(Cell::workload)
                .filter(each -> !each.equals(Cell.GAP))
                .distinct()
                .toList();
    }

    List<Integer> clients(String workload) {
        return cells.stream()
                .filter(each -> each.workload().equals(workload))
                .map(Cell::clients)
                .distinct()
                .sorted()
                .toList();
    }

    private DoubleStream values(String peer, String workload, int clients) {
        return of(peer, workload, clients).mapToDouble(Cell::value);
    }

    private java.util.stream.Stream<Cell> of(String peer, String workload, int clients) {
        return cells.stream()
                .filter(each ->
                        each.peer().equals(peer) && each.workload().equals(workload) && each.clients() == clients);
    }

    /** Of the rounds; empty if there was none. */
    OptionalDouble median(String peer, String workload, int clients) {
        return median(values(peer, workload, clients));
    }

    /** The median of the rounds' 99th percentiles, in milliseconds. */
    OptionalDouble p99(String peer, String workload, int clients) {
        return median(of(peer, workload, clients).mapToDouble(Cell::p99Millis));
    }

    /** The longest gap of a peer, in milliseconds. */
    OptionalDouble worstGap(String peer) {
        return values(peer, Cell.GAP, GapLoad.WRITERS).max();
    }

    OptionalDouble medianGap(String peer) {
        return median(peer, Cell.GAP, GapLoad.WRITERS);
    }

    long gaps(String peer) {
        return values(peer, Cell.GAP, GapLoad.WRITERS).count();
    }

    /** The rounds of the throughput. */
    long rounds() {
        return cells.stream()
                .filter(each -> !each.workload().equals(Cell.GAP))
                .mapToInt(Cell::round)
                .distinct()
                .count();
    }

    static OptionalDouble median(DoubleStream values) {
        double[] sorted = values.sorted().toArray();
        if (sorted.length == 0) {
            return OptionalDouble.empty();
        }
        int middle = sorted.length / 2;
        double upper = sorted[middle];
        double lower = sorted[(sorted.length - 1) / 2];
        return OptionalDouble.of(
                Arrays.stream(new double[] {lower, upper}).average().orElseThrow());
    }
}
