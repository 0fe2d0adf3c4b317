package org.attention4j.core;

import org.attention4j.api.Recording;
import org.attention4j.api.Sequences;

/** What the gradient of a projected attention needs: the call with its arrays, which are its own, and the inputs, which are not. */
final class AttentionRecording implements Recording {
    final Sequences query;
    final Sequences key;
    final Sequences value;
    final ScoreTerms terms;
    /** Queries and keys as they were before their norms, where there are any. */
    final HeadRows rawQuery = new HeadRows();

    final HeadRows rawKey = new HeadRows();
    /** Gates of the heads, and their outputs times these, where there are gates. */
    HeadRows gates = new HeadRows();

    HeadRows gated = new HeadRows();
    private final ProjectedAttention mixer;
    private AttentionCall call = new AttentionCall();
    private TrueRows queryRows = new TrueRows();
    private TrueRows keyRows = queryRows;
    private TrueRows valueRows = queryRows;

    AttentionRecording(ProjectedAttention mixer, Sequences query, Sequences key, Sequences value, ScoreTerms terms) {
        this.mixer = mixer;
        this.query = query;
        this.key = key;
        this.value = value;
        this.terms = terms;
    }

    void keep(AttentionCall kept, TrueRows queries, TrueRows keys, TrueRows values) {
        call = kept;
        queryRows = queries;
        keyRows = keys;
        valueRows = values;
    }

    /** Whether keys and values come from a second sequence. */
    boolean contextual() {
        return key != query;
    }

    AttentionCall call() {
        return call;
    }

    TrueRows queryRows() {
        return queryRows;
    }

    TrueRows keyRows() {
        return keyRows;
    }

    TrueRows valueRows() {
        return valueRows;
    }

    @Override
    public ProjectedAttention mixer() {
        return mixer;
    }

    @Override
    public long bytes() {
        int more = rawQuery.array.length + rawKey.array.length + gates.array.length + gated.array.length;
        return call.bytes() + (long) Float.BYTES * more;
    }
}
