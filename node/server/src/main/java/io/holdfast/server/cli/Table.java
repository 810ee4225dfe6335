package io.holdfast.server.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Columns of text, as wide as they need to be. */
public final class Table {
    private static final String GAP = "  ";

    private final List<String> titles = new ArrayList<>();
    private final boolean[] right;
    private final List<List<String>> rows = new ArrayList<>();

    /** @param titles of the columns; one that ends with {@code >} is set to the right, as numbers are */
    public Table(String... titles) {
        this.right = new boolean[titles.length];
        for (int i = 0; i < titles.length; i++) {
            right[i] = titles[i].endsWith(">");
            this.titles.add(right[i] ? titles[i].substring(0, titles[i].length() - 1) : titles[i]);
        }
    }

    /** Adds a row, with one cell for each column. Cells may hold colours. */
    public Table row(String... cells) {
        if (cells.length != titles.size()) {
            throw new IllegalArgumentException("A row of " + titles.size() + " columns has " + cells.length + " cells");
        }
        rows.add(List.copyOf(Arrays.asList(cells)));
        return this;
    }

    /** The table's lines, each with its line end; no blanks at the ends of lines. */
    public String render(Colours colours) {
        int[] widths = new int[titles.size()];
        for (int i = 0; i < widths.length; i++) {
            widths[i] = Colours.width(titles.get(i));
            for (List<String> row : rows) {
                widths[i] = Math.max(widths[i], Colours.width(row.get(i)));
            }
        }
        StringBuilder text = new StringBuilder();
        line(text, titles.stream().map(colours::bold).toList(), widths);
        rows.forEach(row -> line(text, row, widths));
        return text.toString();
    }

    private void line(StringBuilder text, List<String> cells, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String padding = " ".repeat(widths[i] - Colours.width(cells.get(i)));
            line.append(i == 0 ? "" : GAP);
            line.append(right[i] ? padding + cells.get(i) : cells.get(i) + padding);
        }
        text.append(line.toString().stripTrailing()).append('\n');
    }
}
