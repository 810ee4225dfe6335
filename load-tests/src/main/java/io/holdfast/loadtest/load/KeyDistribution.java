package io.holdfast.loadtest.load;

import java.util.Locale;
import java.util.random.RandomGenerator;

/** Which of a number of keys the next request is about. For one thread at a time, as its source of random numbers is. */
public sealed interface KeyDistribution {
    /** The next key's number, 0 to {@code keys - 1}. */
    long next(RandomGenerator random);

    /**
     * The distribution of this name: {@code uniform}, or {@code zipfian}, in which a few keys get most requests as in YCSB.
     *
     * @param keys how many, at least 1
     */
    static KeyDistribution of(String name, long keys) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "uniform" -> new Uniform(keys);
            case "zipfian" -> new Scrambled(Zipfian.of(keys));
            default ->
                throw new IllegalArgumentException(
                        "The distribution of keys is '" + name + "': give uniform or zipfian.");
        };
    }

    /** Every key as often as every other. */
    record Uniform(long keys) implements KeyDistribution {
        public Uniform {
            requireKeys(keys);
        }

        @Override
        public long next(RandomGenerator random) {
            return random.nextLong(keys);
        }
    }

    /**
     * Key 0 most often, then 1, 2, …: the k-th with a probability proportional to 1 / k^0.99, YCSB's constant. After Gray and others,
     * "Quickly generating billion-record synthetic databases", SIGMOD 1994.
     */
    record Zipfian(long keys, double zeta, double eta) implements KeyDistribution {
        private static final double THETA = 0.99;
        private static final double ALPHA = 1 / (1 - THETA);

        static Zipfian of(long keys) {
            requireKeys(keys);
            double zeta = 0;
            for (long k = 1; k <= keys; k++) {
                zeta += 1 / Math.pow(k, THETA);
            }
            double zetaOfTwo = 1 + Math.pow(0.5, THETA);
            double eta = (1 - Math.pow(2.0 / keys, 1 - THETA)) / (1 - zetaOfTwo / zeta);
            return new Zipfian(keys, zeta, eta);
        }

        @Override
        public long next(RandomGenerator random) {
            double u = random.nextDouble();
            double uz = u * zeta;
            if (uz < 1 || keys == 1) {
                return 0;
            }
            if (uz < 1 + Math.pow(0.5, THETA) || keys == 2) {
                return 1;
            }
            return Math.min(keys - 1, (long) (keys * Math.pow(eta * u - eta + 1, ALPHA)));
        }
    }

    /** The same popularity, but for keys all over the range, so that the popular ones are not neighbours in one partition. */
    record Scrambled(Zipfian ranks) implements KeyDistribution {
        @Override
        public long next(RandomGenerator random) {
            return Math.floorMod(mix(ranks.next(random)), ranks.keys());
        }

        /** SplitMix64's finishing steps: neighbours become strangers. */
        private static long mix(long rank) {
            long z = rank + 0x9e3779b97f4a7c15L;
            z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
            z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
            return z ^ z >>> 31;
        }
    }

    /** Which of the keys written so far, the newest most often: YCSB's "latest". The number of keys may grow between calls. */
    final class Latest {
        private final Zipfian distances;

        /** @param window how far back it looks */
        public Latest(long window) {
            this.distances = Zipfian.of(window);
        }

        /** One of 0 to {@code newest}. */
        public long next(RandomGenerator random, long newest) {
            return newest - distances.next(random) % (newest + 1);
        }
    }

    private static void requireKeys(long keys) {
        if (keys < 1) {
            throw new IllegalArgumentException("There are " + keys + " keys: give at least 1.");
        }
    }
}
