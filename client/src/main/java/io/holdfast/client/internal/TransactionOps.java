package io.holdfast.client.internal;

import com.google.protobuf.ByteString;
import io.holdfast.client.Key;
import io.holdfast.client.WriteConcern;
import io.holdfast.v1.ChooseTimestamp;
import io.holdfast.v1.Commit;
import io.holdfast.v1.CommitResult;
import io.holdfast.v1.Get;
import io.holdfast.v1.GetResult;
import io.holdfast.v1.PageResult;
import io.holdfast.v1.ReadWriteSet;
import io.holdfast.v1.Request;
import io.holdfast.v1.Response;
import io.holdfast.v1.ScanPage;
import io.holdfast.v1.Validate;
import java.time.Duration;
import java.util.List;

/** The operations that transactions are made of. */
final class TransactionOps {
    private TransactionOps() {}

    /** Reads a key, and learns between which timestamps the answer holds. */
    static final class DatedGet extends Op<GetResult> {
        DatedGet(KeyspaceRoutes routes, Key key, Duration timeout) {
            super(routes, key, timeout);
        }

        @Override
        void fill(Request.Builder request, WriteIds ids) {
            request.setGet(Get.newBuilder().setKey(key.toByteString()).setDated(true));
        }

        @Override
        GetResult resultOf(Response response) {
            return response.hasGet() ? response.getGet() : null;
        }

        @Override
        String verb() {
            return "Get in a transaction";
        }

        @Override
        Kind kind() {
            return Kind.GET;
        }
    }

    static final class Page extends Op<PageResult> {
        private final int partition;
        private final ByteString prefix;
        private final ByteString after;
        private final int entries;

        Page(KeyspaceRoutes routes, int partition, ByteString prefix, ByteString after, int entries, Duration timeout) {
            super(routes, partition, timeout);
            this.partition = partition;
            this.prefix = prefix;
            this.after = after;
            this.entries = entries;
        }

        @Override
        void fill(Request.Builder request, WriteIds ids) {
            request.setPage(ScanPage.newBuilder()
                    .setPartition(partition)
                    .setPrefix(prefix)
                    .setAfter(after)
                    .setMaxEntries(entries));
        }

        @Override
        PageResult resultOf(Response response) {
            return response.hasPage() ? response.getPage() : null;
        }

        @Override
        String verb() {
            return "Scan in a transaction";
        }

        @Override
        Kind kind() {
            return Kind.PAGE;
        }
    }

    static final class Validation extends Op<Boolean> {
        private final int partition;
        private final ReadWriteSet set;

        Validation(KeyspaceRoutes routes, int partition, ReadWriteSet set, Duration timeout) {
            super(routes, partition, timeout);
            this.partition = partition;
            this.set = set;
        }

        @Override
        void fill(Request.Builder request, WriteIds ids) {
            request.setValidate(Validate.newBuilder().setPartition(partition).setSet(set));
        }

        @Override
        Boolean resultOf(Response response) {
            return response.hasValidate() ? response.getValidate().getValid() : null;
        }

        @Override
        String verb() {
            return "Validation";
        }

        @Override
        Kind kind() {
            return Kind.VALIDATION;
        }

        @Override
        int size() {
            return set.getSerializedSize() + 64;
        }
    }

    /** Has a number like a write, and is sent to the partition that decides. */
    static final class CommitAll extends Op.Numbered<CommitResult> {
        private final List<ReadWriteSet> sets;
        private final boolean onePartition;
        private final WriteConcern concern;
        private final boolean contended;

        /**
         * @param onePartition whether all of it is in one: that needs no prepare, and so takes half as long
         * @param contended whether an attempt before this one met a conflict
         */
        CommitAll(
                KeyspaceRoutes routes,
                Key decider,
                List<ReadWriteSet> sets,
                boolean onePartition,
                WriteConcern concern,
                boolean contended,
                Duration timeout) {
            super(routes, decider, timeout);
            this.sets = sets;
            this.onePartition = onePartition;
            this.concern = concern;
            this.contended = contended;
        }

        @Override
        void fill(Request.Builder request, WriteIds ids) {
            request.setCommit(Commit.newBuilder()
                    .setTransaction(id(ids))
                    .setWriteConcern(concern.toWire())
                    .setContended(contended)
                    .addAllSets(sets));
        }

        @Override
        CommitResult resultOf(Response response) {
            if (!response.hasCommit()) {
                return null;
            }
            return switch (response.getCommit().getState()) {
                case COMMITTED, CONFLICT, ABORTED -> response.getCommit();
                // It may say of the transaction that it is committed: only the question for its outcome tells.
                case STATE_UNSPECIFIED, UNRECOGNIZED -> null;
            };
        }

        @Override
        String verb() {
            return "Commit, decided by the partition";
        }

        @Override
        Kind kind() {
            return onePartition ? Kind.COMMIT_IN_ONE_PARTITION : Kind.COMMIT_IN_SEVERAL;
        }

        @Override
        int size() {
            return sets.stream().mapToInt(ReadWriteSet::getSerializedSize).sum() + 64;
        }
    }

    static final class Choose extends Op<Long> {
        private final long atLeast;
        private final int stalenessMillis;

        Choose(KeyspaceRoutes routes, long atLeast, int stalenessMillis, Duration timeout) {
            super(routes, 0, timeout);
            this.atLeast = atLeast;
            this.stalenessMillis = stalenessMillis;
        }

        @Override
        void fill(Request.Builder request, WriteIds ids) {
            request.setChooseTimestamp(
                    ChooseTimestamp.newBuilder().setAtLeast(atLeast).setMaxStalenessMillis(stalenessMillis));
        }

        @Override
        Long resultOf(Response response) {
            return response.hasTimestamp() ? response.getTimestamp().getTimestamp() : null;
        }

        @Override
        String verb() {
            return "Choice of a timestamp";
        }

        @Override
        Kind kind() {
            return Kind.CHOICE;
        }

        /** Any node's clock will do. */
        @Override
        boolean stale() {
            return true;
        }
    }
}
