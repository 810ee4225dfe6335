package io.holdfast.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

class ReportTest {
    private final String report = new MarkdownReport(ResultsTest.RESULTS).text("About it.", "chart.svg");

    @Test
    void aRowHasMediansAndRatios() {
        assertThat(report).contains("| load | clients | Holdfast | etcd | Holdfast / etcd |");
        assertThat(report).contains("| put | 64 | 2,000 (20.0 ms) | 1,000 (50.0 ms) | 2.00x |");
        assertThat(report).contains("| get | 1 | 900 (2.0 ms) | 1,800 (1.0 ms) | 0.50x |");
        assertThat(report)
                .contains("median of 3 rounds")
                .contains("![")
                .contains("(chart.svg)")
                .contains("About it.");
    }

    @Test
    void saysPlainlyWhereAPeerWins() {
        assertThat(report).contains("- etcd is faster with get and 1 client: 2.00 times as fast.");
        assertThat(report).doesNotContain("faster with put");
        assertThat(report).doesNotContain("shorter worst gap");
    }

    @Test
    void aShorterGapOfAPeerIsSaid() {
        var gaps = new Results(List.of(
                new Cell("Holdfast", Cell.GAP, GapLoad.WRITERS, 1, 900, 0, 0),
                new Cell("Ratis", Cell.GAP, GapLoad.WRITERS, 1, 300, 0, 0)));
        assertThat(new MarkdownReport(gaps).text("", ""))
                .contains("- Ratis has the shorter worst gap after a kill: 300 ms, and Holdfast 900 ms.")
                .contains("| Ratis | 1 | 300 ms | 300 ms |");
    }

    @Test
    void theChartIsWellFormedAndHasABarForEachMedian() throws Exception {
        String svg = new BarChart(ResultsTest.RESULTS).svg();
        var factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        var document = factory.newDocumentBuilder().parse(new InputSource(new StringReader(svg)));
        assertThat(document.getElementsByTagName("title").getLength()).isEqualTo(4);
    }

    @Test
    void theChartOfNothingIsStillOne() {
        assertThat(new BarChart(new Results(List.of())).svg()).endsWith("</svg>\n");
    }

    @Test
    void aHigherBarIsAHigherFigure() {
        String svg = new BarChart(ResultsTest.RESULTS).svg();
        assertThat(height(svg, "Holdfast put, 64")).isGreaterThan(height(svg, "etcd put, 64"));
    }

    private static double height(String svg, String title) {
        String before = svg.substring(0, svg.indexOf("<title>" + title));
        int start = before.lastIndexOf(" height=\"") + " height=\"".length();
        return Double.parseDouble(before.substring(start, before.indexOf('"', start)));
    }
}
