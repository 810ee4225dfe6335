package io.holdfast.server.cli.demo;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * What was acknowledged, in the client's own book. Each writer writes orders with the numbers 1, 2, 3 …, each under a key of
 * its own, and a counter that holds the number of its newest order. Safe for use by many threads.
 */
final class Ledger {
    private final List<Page> pages = new ArrayList<>();

    /** One writer's part of the book. */
    static final class Page {
        private final String prefix;
        private final BitSet acknowledged = new BitSet();
        private int highest;
        private int newestCounter;

        private Page(String prefix) {
            this.prefix = prefix;
        }

        String orderKey(int number) {
            return prefix + "/order-" + String.format(Locale.ROOT, "%07d", number);
        }

        String counterKey() {
            return prefix + "/newest";
        }

        /** What an order of this number holds: it follows from the key, so that a value under a wrong key shows. */
        String orderValue(int number) {
            return "{\"writer\":\"" + prefix + "\",\"number\":" + number + ",\"pieces\":" + (1 + number * 7919L % 97)
                    + "}";
        }

        synchronized void orderAcknowledged(int number) {
            acknowledged.set(number);
            highest = Math.max(highest, number);
        }

        synchronized void counterAcknowledged(int number) {
            newestCounter = Math.max(newestCounter, number);
        }

        /** The least that a read which begins now must find in the counter. */
        synchronized int counterAtLeast() {
            return newestCounter;
        }

        /** Any acknowledged order, if there is one. */
        synchronized Optional<Integer> anyOrder(SplittableRandom random) {
            if (highest == 0) {
                return Optional.empty();
            }
            int number = acknowledged.nextSetBit(random.nextInt(highest + 1));
            return number < 0 ? Optional.empty() : Optional.of(number);
        }

        private synchronized BitSet copy() {
            return (BitSet) acknowledged.clone();
        }
    }

    /** Opens a page. The prefix must be no other page's. */
    synchronized Page open(String prefix) {
        Page page = new Page(prefix);
        pages.add(page);
        return page;
    }

    /** All acknowledged orders of this moment, to be found by whoever begins to read now. */
    synchronized Expected expected() {
        List<BitSet> orders = pages.stream().map(Page::copy).toList();
        List<Integer> counters = pages.stream().map(Page::counterAtLeast).toList();
        return new Expected(List.copyOf(pages), orders, counters);
    }

    /** Orders acknowledged so far. */
    synchronized long acknowledged() {
        return pages.stream().mapToLong(page -> page.copy().cardinality()).sum();
    }

    /** The number that a counter's value stands for; less than any that is written if it stands for none. */
    static int counter(String value) {
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException unreadable) {
            return -1;
        }
    }

    /** What must be there. */
    static final class Expected {
        private final List<Page> pages;
        private final List<BitSet> orders;
        private final List<Integer> counters;

        private Expected(List<Page> pages, List<BitSet> orders, List<Integer> counters) {
            this.pages = pages;
            this.orders = orders;
            this.counters = counters;
        }

        long size() {
            return orders.stream().mapToLong(BitSet::cardinality).sum();
        }

        /** Everything that is missing, wrong or too old in what a site says; empty if it tells the truth. */
        List<String> missingFrom(Map<String, String> found) {
            List<String> wrong = new ArrayList<>();
            for (int i = 0; i < pages.size(); i++) {
                Page page = pages.get(i);
                orders.get(i).stream().forEach(number -> {
                    String value = found.get(page.orderKey(number));
                    if (!page.orderValue(number).equals(value)) {
                        wrong.add(page.orderKey(number) + (value == null ? " is gone" : " holds '" + value + "'"));
                    }
                });
                String counter = found.getOrDefault(page.counterKey(), "0");
                if (counter(counter) < counters.get(i)) {
                    wrong.add(
                            page.counterKey() + " is '" + counter + "', and " + counters.get(i) + " was acknowledged");
                }
            }
            return wrong;
        }
    }
}
