package io.holdfast.client;

import com.google.protobuf.ByteString;
import io.holdfast.v1.Commit;
import io.holdfast.v1.CommitResult;
import io.holdfast.v1.KeyValue;
import io.holdfast.v1.OutcomeResult;
import io.holdfast.v1.PageResult;
import io.holdfast.v1.ReadWriteSet;
import io.holdfast.v1.Response;
import io.holdfast.v1.ScanPage;
import io.holdfast.v1.Validate;
import io.holdfast.v1.ValidateResult;
import io.holdfast.v1.WriteResult;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the fake cluster does with transactions: all keyspaces are one map, and one lock guards it. */
final class FakeTransactions {
    private static final Comparator<ByteString> ORDER = ByteString.unsignedLexicographicalComparator();
    private static final ByteString BEHIND = ByteString.copyFrom(new byte[1]);

    private final FakeCluster cluster;
    private final Map<String, CommitResult> outcomes = new HashMap<>();
    int commits;
    /** The commits that said so of themselves. */
    int contended;

    int validations;
    /** What was to be validated. */
    final List<ReadWriteSet> validated = new ArrayList<>();

    /** Entries of a page, at most. */
    int pageEntries = Integer.MAX_VALUE;
    /** Deleted keys that a page without entries has looked at. */
    int pageSkips;
    /** Each page with entries comes behind one without. */
    boolean endsEarly;

    FakeTransactions(FakeCluster cluster) {
        this.cluster = cluster;
    }

    private static String name(io.holdfast.v1.WriteId id) {
        return id.getClient() + ":" + id.getSequence();
    }

    boolean knows(io.holdfast.v1.WriteId id) {
        return outcomes.containsKey(name(id));
    }

    void forbid(io.holdfast.v1.WriteId id) {
        outcomes.put(
                name(id),
                CommitResult.newBuilder().setState(CommitResult.State.ABORTED).build());
    }

    Response outcome(io.holdfast.v1.WriteId id) {
        CommitResult known = outcomes.get(name(id));
        boolean committed = known.getState() == CommitResult.State.COMMITTED;
        return Response.newBuilder()
                .setOutcome(OutcomeResult.newBuilder()
                        .setState(committed ? OutcomeResult.State.FINISHED : OutcomeResult.State.NOT_APPLIED)
                        .setResult(
                                WriteResult.newBuilder().setApplied(committed).setVersion(known.getTimestamp())))
                .build();
    }

    Response commit(Commit commit) {
        CommitResult result = outcomes.computeIfAbsent(name(commit.getTransaction()), id -> apply(commit));
        return Response.newBuilder().setCommit(result).build();
    }

    private CommitResult apply(Commit commit) {
        contended += commit.getContended() ? 1 : 0;
        if (!commit.getSetsList().stream().allMatch(this::unchanged)) {
            return CommitResult.newBuilder()
                    .setState(CommitResult.State.CONFLICT)
                    .build();
        }
        commits++;
        long at = cluster.nextVersion();
        commit.getSetsList().stream()
                .flatMap(set -> set.getWritesList().stream())
                .forEach(write -> {
                    if (write.getDelete()) {
                        cluster.remove(write.getKey(), at);
                    } else {
                        cluster.set(write.getKey(), write.getValue(), at);
                    }
                });
        return CommitResult.newBuilder()
                .setState(CommitResult.State.COMMITTED)
                .setTimestamp(at)
                .build();
    }

    private boolean unchanged(ReadWriteSet set) {
        boolean reads = set.getReadsList().stream().allMatch(read -> {
            KeyValue now = cluster.data().get(read.getKey());
            return (now == null ? 0 : now.getVersion()) == read.getVersion();
        });
        return reads
                && set.getRangesList().stream().allMatch(range -> cluster.data().values().stream()
                        .filter(entry -> ORDER.compare(entry.getKey(), range.getFrom()) >= 0)
                        .filter(entry -> range.getTo().isEmpty() || ORDER.compare(entry.getKey(), range.getTo()) < 0)
                        .filter(entry -> in(range.getPartition(), entry))
                        .allMatch(entry -> entry.getVersion() <= range.getAsOf()));
    }

    private static boolean in(int partition, KeyValue entry) {
        return Partitioner.partition(entry.getKey(), FakeCluster.PARTITIONS) == partition;
    }

    Response validate(Validate validate) {
        validations++;
        validated.add(validate.getSet());
        return Response.newBuilder()
                .setValidate(ValidateResult.newBuilder().setValid(unchanged(validate.getSet())))
                .build();
    }

    Response page(ScanPage page) {
        PageResult.Builder result = PageResult.newBuilder().setValidUntil(cluster.version());
        for (KeyValue entry : cluster.data().values()) {
            boolean wanted = in(page.getPartition(), entry)
                    && entry.getKey().startsWith(page.getPrefix())
                    && (page.getAfter().isEmpty() || ORDER.compare(entry.getKey(), page.getAfter()) > 0);
            boolean resumed = page.getAfter().endsWith(BEHIND);
            if (wanted && endsEarly && !resumed && result.getEntriesCount() == 0) {
                return Response.newBuilder()
                        .setPage(result.setMore(true)
                                .setSkipped(pageSkips)
                                .setResumeBehind(page.getAfter().concat(BEHIND)))
                        .build();
            }
            if (wanted && result.getEntriesCount() == Math.min(page.getMaxEntries(), pageEntries)) {
                return Response.newBuilder()
                        .setPage(result.setMore(true).setResumeBehind(lastKey(result)))
                        .build();
            }
            if (wanted) {
                result.addEntries(entry);
                result.setValidFrom(Math.max(result.getValidFrom(), entry.getVersion()));
            }
        }
        return Response.newBuilder().setPage(result).build();
    }

    private static ByteString lastKey(PageResult.Builder page) {
        return page.getEntries(page.getEntriesCount() - 1).getKey();
    }
}
