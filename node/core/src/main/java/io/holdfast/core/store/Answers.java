package io.holdfast.core.store;

import io.holdfast.core.store.Query.Denial;
import io.holdfast.core.store.ReadWriteSet.Range;
import java.util.OptionalLong;

/**
 * Answers questions from the state of a partition. What a prepared transaction will write is never answered as it stood before: its
 * commit may have been acknowledged already, by its decision partition. That it is written later than some timestamp is certain once it
 * was prepared later.
 */
final class Answers {
    private final History history;
    private final Transactions transactions;
    private final TransactionSteps steps;
    private final int mostSkipped;

    /** @param mostSkipped deleted keys that a scan looks at for one page */
    Answers(History history, Transactions transactions, TransactionSteps steps, int mostSkipped) {
        this.mostSkipped = mostSkipped;
        this.history = history;
        this.transactions = transactions;
        this.steps = steps;
    }

    Query.Answer answer(Query query, long lastTimestamp, long floor) {
        if (query instanceof Query.Plain plain) {
            return now(plain);
        }
        if (query instanceof Query.ForTime forTime) {
            long at = forTime.at().orElse(lastTimestamp);
            if (at > lastTimestamp) {
                return new Query.Denied(Denial.TIMESTAMP_IN_FUTURE);
            }
            if (forTime.at().isPresent() && at < history.horizon()) {
                return new Query.Denied(Denial.HISTORY_GONE);
            }
            return at(forTime.query(), at, lastTimestamp);
        }
        ReadWriteSet set = ((Query.Validate) query).set();
        if (!steps.unchanged(set, floor)) {
            return new Query.Validity(false);
        }
        boolean locked = !transactions.nothingPrepared() && transactions.locks().forbidReads(set);
        return locked ? new Query.Denied(Denial.LOCKED) : new Query.Validity(true);
    }

    private Query.Answer now(Query.Plain query) {
        if (query instanceof Query.Get get) {
            if (!transactions.nothingPrepared()
                    && transactions.locks().preparedWrite(get.key()).isPresent()) {
                return new Query.Denied(Denial.LOCKED);
            }
            return history.versions()
                    .find(get.key())
                    .filter(version -> !version.deleted())
                    .map(version -> new Query.Value(version.value(), version.timestamp()))
                    .orElse(Query.Value.ABSENT);
        }
        Query.Scan scan = (Query.Scan) query;
        Query.Page page = history.versions().scan(scan, mostSkipped);
        return preparedWrite(scan, page).isPresent() ? new Query.Denied(Denial.LOCKED) : page;
    }

    private Query.Answer at(Query.Plain query, long at, long lastTimestamp) {
        var moment = new Versions.Moment(history.horizon(), lastTimestamp);
        Query.Dated dated = query instanceof Query.Get get
                ? history.versions().get(get.key(), at, moment)
                : history.versions().scan((Query.Scan) query, at, moment, mostSkipped);
        OptionalLong prepared = preparedWrite(query, dated.answer());
        if (prepared.isEmpty()) {
            return dated;
        }
        return prepared.getAsLong() <= at
                ? new Query.Denied(Denial.LOCKED)
                : new Query.Dated(
                        dated.answer(), dated.validFrom(), Math.min(dated.validUntil(), prepared.getAsLong() - 1));
    }

    /** When the first of the transactions was prepared that will write something that the answer speaks of. */
    private OptionalLong preparedWrite(Query.Plain query, Query.PlainAnswer answer) {
        if (transactions.nothingPrepared()) {
            return OptionalLong.empty();
        }
        return query instanceof Query.Scan scan
                ? transactions.locks().preparedWrite(Range.of(scan, (Query.Page) answer, 0))
                : transactions.locks().preparedWrite(((Query.Get) query).key());
    }
}
