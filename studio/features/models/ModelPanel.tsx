import { ChevronDown } from 'lucide-react';
import { FailureNotice } from '../../ui/FailureNotice.tsx';
import { Popover } from '../../ui/Popover.tsx';
import { may } from '../session/decisions.ts';
import { useSession } from '../session/context.ts';
import { ModelRow } from './ModelRow.tsx';
import { useModels } from './ModelsProvider.tsx';
import { StatusDot } from './ModelStatus.tsx';
import { strings } from './strings.ts';

/** The chip in the header that names the model which answers, and the list of models behind it. */
export const ModelPanel = () => {
  const { models, answering, loading, failure, choose } = useModels();
  const managed = may.manageModels(useSession().user);
  return (
    <Popover
      id="models"
      label={strings.title}
      className="w-[460px]"
      trigger={
        <>
          {answering && <StatusDot status={answering.status} />}
          <span className="max-w-40 truncate text-fg">
            {answering?.name ?? (loading ? strings.loading : strings.none)}
          </span>
          {answering && <span className="font-mono text-2xs text-subtle">{strings.status[answering.status]}</span>}
          <ChevronDown size={13} strokeWidth={1.75} aria-hidden />
        </>
      }
    >
      <div className="border-b border-line px-3 py-2">
        <h2 className="text-sm font-semibold">{strings.title}</h2>
        <p className="text-xs text-muted">{managed ? strings.onFirstUse : strings.adminOnly}</p>
      </div>
      {failure && (
        <div className="p-3">
          <FailureNotice failure={failure} />
        </div>
      )}
      {!failure && !loading && models.length === 0 && (
        <div className="px-3 py-4 text-xs">
          <p className="font-medium">{strings.noneInstalled}</p>
          <p className="text-muted">{strings.noneInstalledMend}</p>
        </div>
      )}
      <fieldset>
        <legend className="sr-only">{strings.choose}</legend>
        <ul>
          {models.map((model) => (
            <ModelRow
              key={model.id}
              model={model}
              answering={model.id === answering?.id}
              managed={managed}
              onChoose={choose}
            />
          ))}
        </ul>
      </fieldset>
    </Popover>
  );
};
