// Profiles as files: the very JSON that the folder `profiles` of a site holds.
import { textButton, type Translate } from '../lib/form/form-fields.editor';
import { profileProblems } from '../lib/form/ingest-problems';
import { profileFile, profileFileName } from '../lib/form/profile-fields';
import { isObject } from '../lib/meter/shapes/statement';

export function downloadProfile(profile: unknown): void {
  const address = URL.createObjectURL(new Blob([profileFile(profile)], { type: 'application/json' }));
  const name = profileFileName(isObject(profile) ? profile : {});
  $('<a>').attr({ href: address, download: name }).get(0)?.click();
  URL.revokeObjectURL(address);
}

/** A place to paste a profile or to choose its file; what is no profile is refused in the words of the check. */
export function profileImport(text: Translate, onProfile: (profile: unknown) => void): JQuery {
  const area = $(
    '<textarea rows="6" spellcheck="false" id="meter-ingest-profile-json" class="wk-form-json">',
  );
  area.attr('aria-label', text('meter-ingest.label.profile-json'));
  const problems = $('<div class="wk-form-problems" role="alert">');
  const take = (json: string): void => {
    problems.empty();
    const { profile, found } = readProfile(json);
    if (found.length === 0) onProfile(profile);
    else problems.append(found.map((problem) => $('<div>').text(problem)));
  };
  const file = $('<input type="file" accept=".json,application/json">').hide();
  file.on('change', () => {
    const [chosen] = (file.get(0) as HTMLInputElement).files ?? [];
    // So that the same file can be chosen again after it was corrected.
    const read = chosen?.text();
    file.val('');
    read?.then(
      (json) => {
        area.val(json);
        take(json);
      },
      (error: unknown) => problems.text(String(error)),
    );
  });
  const buttons = $('<div class="wk-form-buttons">').append(
    textButton('check', text('meter-ingest.button.take-profile'), () => take(String(area.val()))).attr(
      'id',
      'meter-ingest-take-profile',
    ),
    textButton('folder-open-o', text('meter-ingest.button.open-file'), () => file.trigger('click')),
  );
  return $('<details id="meter-ingest-import">').append(
    $('<summary>').text(text('meter-ingest.label.import')),
    $('<div class="wk-form-hint">').text(text('meter-ingest.tip.import')),
    area,
    problems,
    buttons,
    file,
  );
}

function readProfile(json: string): { profile: unknown; found: readonly string[] } {
  try {
    const profile: unknown = JSON.parse(json);
    return { profile, found: profileProblems(profile) };
  } catch (error) {
    return { profile: null, found: [error instanceof Error ? error.message : String(error)] };
  }
}
