package org.attention4j.core;

import org.attention4j.api.Scratch;

/** A pass through {@link HeadProjections}, and what stood between them and the attention. */
final class ProjectedPass extends AttentionPass {
    /** Queries, keys and values as they were projected, where norms or limits follow; only in a pass that is kept. */
    final HeadRows rawQuery = new HeadRows();

    final HeadRows rawKey = new HeadRows();
    final HeadRows rawValue = new HeadRows();
    /** Gates of the heads, and their outputs times these, where there are gates. */
    HeadRows gates = new HeadRows();

    HeadRows gated = new HeadRows();

    /** For use again, in scratch memory. */
    static ProjectedPass borrowed(Scratch scratch) {
        ProjectedPass pass = scratch.object(ProjectedPass.class, ProjectedPass::new);
        pass.borrow(scratch);
        return pass;
    }

    @Override
    long bytes() {
        int raw = rawQuery.array.length + rawKey.array.length + rawValue.array.length;
        int more = raw + gates.array.length + gated.array.length;
        return call.bytes() + (long) Float.BYTES * more;
    }
}
