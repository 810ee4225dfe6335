package io.holdfast.compare;

import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * A chart as SVG: a group of bars for each load, a bar for each peer, on a logarithmic scale. Written by hand because chart libraries for
 * Java draw by AWT, which a headless JDK lacks.
 */
final class BarChart {
    private static final List<String> COLOURS = List.of("#1f6feb", "#d29922", "#8250df", "#57606a");
    private static final int WIDTH = 960;
    private static final int HEIGHT = 420;
    private static final int LEFT = 70;
    private static final int TOP = 40;
    private static final int BOTTOM = 60;
    private static final int DECADE = 10;

    private final Results results;
    private final List<Group> groups;
    private final double lowest;
    private final double highest;

    private record Group(String workload, int clients) {
        String label() {
            return workload + ", " + clients;
        }
    }

    BarChart(Results results) {
        this.results = results;
        this.groups = results.workloads().stream()
                .flatMap(workload -> results.clients(workload).stream().map(clients -> new Group(workload, clients)))
                .toList();
        double[] values = groups.stream()
                .flatMap(group -> results.peers().stream().map(peer -> median(peer, group)))
                .filter(OptionalDouble::isPresent)
                .mapToDouble(OptionalDouble::getAsDouble)
                .filter(value -> value > 0)
                .sorted()
                .toArray();
        this.lowest = values.length == 0 ? 1 : Math.pow(DECADE, Math.floor(Math.log10(values[0])));
        double most = values.length == 0 ? 1 : values[values.length - 1];
        this.highest = Math.max(lowest * DECADE, Math.pow(DECADE, Math.ceil(Math.log10(most))));
    }

    private OptionalDouble median(String peer, Group group) {
        return results.median(peer, group.workload(), group.clients());
    }

    String svg() {
        StringBuilder svg = new StringBuilder(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"12\">%n"
                        + "<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>%n",
                WIDTH,
                HEIGHT,
                WIDTH,
                HEIGHT));
        scale(svg);
        legend(svg);
        for (int i = 0; i < groups.size(); i++) {
            group(svg, i);
        }
        return svg.append("</svg>\n").toString();
    }

    private double y(double value) {
        double share = Math.log10(Math.max(value, lowest) / lowest) / Math.log10(highest / lowest);
        return HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP);
    }

    private void scale(StringBuilder svg) {
        for (double value = lowest; value <= highest * 1.01; value *= DECADE) {
            svg.append(String.format(
                    Locale.ROOT,
                    "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#d0d7de\"/>%n"
                            + "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%,.0f</text>%n",
                    LEFT,
                    WIDTH,
                    y(value),
                    y(value),
                    LEFT - 6,
                    y(value) + 4,
                    value));
        }
        svg.append(String.format(Locale.ROOT, "<text x=\"%d\" y=\"%d\">load, clients</text>%n", LEFT, HEIGHT - 12));
    }

    private void legend(StringBuilder svg) {
        svg.append("<text x=\"6\" y=\"20\">operations/s</text>\n");
        for (int i = 0; i < results.peers().size(); i++) {
            int x = LEFT + 60 + 120 * i;
            svg.append(String.format(
                    Locale.ROOT,
                    "<rect x=\"%d\" y=\"10\" width=\"12\" height=\"12\" fill=\"%s\"/><text x=\"%d\" y=\"20\">%s</text>%n",
                    x,
                    colour(i),
                    x + 18,
                    escaped(results.peers().get(i))));
        }
    }

    private void group(StringBuilder svg, int number) {
        Group group = groups.get(number);
        double slot = (WIDTH - LEFT) / (double) groups.size();
        double left = LEFT + number * slot;
        double width = slot * 0.8 / results.peers().size();
        for (int i = 0; i < results.peers().size(); i++) {
            OptionalDouble value = median(results.peers().get(i), group);
            if (value.isPresent()) {
                double top = y(value.getAsDouble());
                svg.append(String.format(
                        Locale.ROOT,
                        "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"><title>%s %s: %,.0f/s</title></rect>%n",
                        left + slot * 0.1 + i * width,
                        top,
                        width,
                        HEIGHT - BOTTOM - top,
                        colour(i),
                        escaped(results.peers().get(i)),
                        escaped(group.label()),
                        value.getAsDouble()));
            }
        }
        svg.append(String.format(
                Locale.ROOT,
                "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>%n",
                left + slot / 2,
                HEIGHT - BOTTOM + 18,
                escaped(group.label())));
    }

    private static String colour(int peer) {
        return COLOURS.get(peer % COLOURS.size());
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
