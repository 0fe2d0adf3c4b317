package org.attention4j.tests;

import java.util.ArrayList;
import java.util.List;
import org.attention4j.tests.laws.AttentiveLaws;
import org.attention4j.tests.laws.BoundedRecurrenceLaws;
import org.attention4j.tests.laws.CausalLaws;
import org.attention4j.tests.laws.ClaimLaws;
import org.attention4j.tests.laws.ContextGradientLaws;
import org.attention4j.tests.laws.ContextualLaws;
import org.attention4j.tests.laws.ConvolutionLaws;
import org.attention4j.tests.laws.DerivativeLaws;
import org.attention4j.tests.laws.EveryMixerLaws;
import org.attention4j.tests.laws.FormulaLaws;
import org.attention4j.tests.laws.GradientLaws;
import org.attention4j.tests.laws.IncrementalLaws;
import org.attention4j.tests.laws.MemoryLaws;
import org.attention4j.tests.laws.NumberLaws;
import org.attention4j.tests.laws.ParameterLaws;
import org.attention4j.tests.laws.RecurrentLaws;
import org.attention4j.tests.laws.RefusalLaws;
import org.attention4j.tests.laws.RollbackLaws;
import org.attention4j.tests.laws.SavedStateLaws;
import org.attention4j.tests.laws.SoftmaxAttentionLaws;
import org.attention4j.tests.laws.SoftmaxWeightsLaws;
import org.attention4j.tests.laws.StateLaws;
import org.attention4j.tests.laws.StepRefusalLaws;
import org.attention4j.tests.laws.ThreadLaws;

/** The laws of the contract. */
public final class Laws {
    private Laws() {}

    /**
     * All laws.
     *
     * @return in the order of their groups
     */
    public static List<Law> all() {
        List<Law> all = new ArrayList<>();
        all.addAll(EveryMixerLaws.all());
        all.addAll(ThreadLaws.all());
        all.addAll(NumberLaws.all());
        all.addAll(FormulaLaws.all());
        all.addAll(MemoryLaws.all());
        all.addAll(ParameterLaws.all());
        all.addAll(RefusalLaws.all());
        all.addAll(ClaimLaws.all());
        all.addAll(CausalLaws.all());
        all.addAll(IncrementalLaws.all());
        all.addAll(StepRefusalLaws.all());
        all.addAll(StateLaws.all());
        all.addAll(RollbackLaws.all());
        all.addAll(SavedStateLaws.all());
        all.addAll(GradientLaws.all());
        all.addAll(DerivativeLaws.all());
        all.addAll(AttentiveLaws.all());
        all.addAll(ContextualLaws.all());
        all.addAll(ContextGradientLaws.all());
        all.addAll(RecurrentLaws.all());
        all.addAll(SoftmaxWeightsLaws.all());
        all.addAll(SoftmaxAttentionLaws.all());
        all.addAll(BoundedRecurrenceLaws.all());
        all.addAll(ConvolutionLaws.all());
        return all;
    }

    /**
     * One law.
     *
     * @param id its name
     * @return the law
     * @throws IllegalArgumentException if there is none of that name
     */
    public static Law named(String id) {
        return all().stream()
                .filter(law -> law.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no law '" + id + "'; there are "
                        + all().stream().map(Law::id).sorted().toList()));
    }
}
