package io.holdfast.server.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Columns of text, as wide as they need to be. */
public final class Table {
    private static final String GAP = "  ";
    private static final int MIN_LAST = 8;

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
        return render(colours, Integer.MAX_VALUE);
    }

    /** As {@link #render(Colours)}, with a last column that is cut where a line would be longer than this. */
    public String render(Colours colours, int columns) {
        int[] widths = new int[titles.size()];
        for (int i = 0; i < widths.length; i++) {
            widths[i] = Colours.width(titles.get(i));
            for (List<String> row : rows) {
                widths[i] = Math.max(widths[i], Colours.width(row.get(i)));
            }
        }
        int last = widths.length - 1;
        int before = Arrays.stream(widths, 0, last).sum() + last * GAP.length();
        widths[last] = Math.max(MIN_LAST, Math.min(widths[last], columns - before));
        StringBuilder text = new StringBuilder();
        line(text, titles.stream().map(colours::bold).toList(), widths);
        rows.forEach(row -> line(text, row, widths));
        return text.toString();
    }

    private void line(StringBuilder text, List<String> cells, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String cell = cut(cells.get(i), widths[i]);
            String padding = " ".repeat(Math.max(0, widths[i] - Colours.width(cell)));
            line.append(i == 0 ? "" : GAP);
            line.append(right[i] ? padding + cell : cell + padding);
        }
        text.append(line.toString().stripTrailing()).append('\n');
    }

    private static String cut(String cell, int width) {
        // Only the last column is ever too wide, and its cells of plain text: colours are for short words.
        boolean fits = Colours.width(cell) <= width || cell.indexOf('\u001b') >= 0;
        return fits ? cell : cell.substring(0, cell.offsetByCodePoints(0, width - 1)) + "…";
    }
}
